"""IO without business words."""
