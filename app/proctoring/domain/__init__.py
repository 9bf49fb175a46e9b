"""Deciding: state and a fact go in, the new state and what changed come out."""
