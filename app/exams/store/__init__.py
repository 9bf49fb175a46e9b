"""Remembers: banks, blueprints, exams, answers, grades."""
