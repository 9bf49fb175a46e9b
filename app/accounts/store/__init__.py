"""The only SQL of accounts: one function, one statement."""
