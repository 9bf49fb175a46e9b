"""Decides: what a question is, what a paper is drawn of, what an answer is worth."""
