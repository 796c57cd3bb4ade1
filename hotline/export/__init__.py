"""A case file as a sealed package, its words, and the check of one."""
