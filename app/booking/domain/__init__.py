"""Decides: who may book, what it costs, what is given back."""
