"""What exams print."""
