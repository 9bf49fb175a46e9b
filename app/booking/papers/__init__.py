"""Papers of a seat, drawn."""
