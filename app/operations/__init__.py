"""Running the house: health and metrics."""
