"""What learning remembers: the only SQL of this slice."""
