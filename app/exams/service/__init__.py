"""What other slices, workers and views may call."""
