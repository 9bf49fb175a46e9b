"""What other slices and workers may ask of proctoring. Services own transactions."""
