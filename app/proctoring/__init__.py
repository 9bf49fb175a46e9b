"""Whether it is really you: sittings, looks, stretches, incidents."""
