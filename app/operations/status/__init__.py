"""What works just now, in words, for everybody."""
