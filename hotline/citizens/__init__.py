"""The citizens' pages: following, understanding, adding, applying."""
