"""Who you are: accounts, log-in, profile photo."""
