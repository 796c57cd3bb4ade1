"""Speed and memory, measured by hand and never in a timed test: each figure beside something from the same run."""
