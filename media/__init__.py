"""Media process: WHIP ingest and capture. Knows no table."""
