"""Who works here: accounts, roles and invitations, signing in, what is in whose hands, and the trace of all of it."""
