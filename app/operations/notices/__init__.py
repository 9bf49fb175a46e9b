"""Sentences to everybody, shown on every page while they are current."""
