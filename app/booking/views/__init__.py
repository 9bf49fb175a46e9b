"""Booking over HTTP: students, payments, papers, the door, staff."""
