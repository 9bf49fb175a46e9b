"""The two portals, learning and tests, and when they are closed."""
