"""Test slots and seats. Nothing here yet."""
