"""Deciding about what is studied: pure."""
