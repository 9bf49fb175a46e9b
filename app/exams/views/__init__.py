"""Exams over HTTP: authors, students, results."""
