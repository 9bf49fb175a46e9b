"""Pure building blocks every process shares: standard library only."""
