"""Background processes: sampler, face matcher, housekeeping."""
