"""Exams: question banks, the module test, its result."""
