"""Remembers: slots, seats, orders, payments, lines."""
