"""What you study: sets, modules, topics."""
