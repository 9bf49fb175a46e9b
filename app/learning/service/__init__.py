"""What other slices, views and workers may ask of learning."""
