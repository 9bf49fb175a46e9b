"""What is decided about people and their ways in: pure, time is an argument."""
