"""What proctoring remembers: the only SQL of this slice."""
