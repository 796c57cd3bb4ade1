"""Articles, the normative documents they rest on, and the answers anybody may read."""
