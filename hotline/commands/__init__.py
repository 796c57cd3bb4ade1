"""The commands of `hotline`, a module each for what belongs together."""
