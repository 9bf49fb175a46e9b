"""Module tests. Nothing here yet: the catalogue and the watch come first."""
