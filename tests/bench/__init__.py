"""Ours beside what anybody would take, in one run: `python -m tests.bench`."""
