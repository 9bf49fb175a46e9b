"""Reading a folder of authored content, and refusing what is wrong with it."""
