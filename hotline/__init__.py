"""The front desk, the front door and the fuse box: here clock, environment and network are read."""
