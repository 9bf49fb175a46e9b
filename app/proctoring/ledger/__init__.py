"""Hours one can check: statements, corrections by two people, and verifying it all."""
