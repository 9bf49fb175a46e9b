"""Pure tests: no IO, no clock. A whole life of a sitting takes microseconds."""
