"""Letters: drawn, checked, numbered, issued, served."""
