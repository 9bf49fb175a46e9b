"""Booking: seats of tests, what they cost, and what becomes of both."""
