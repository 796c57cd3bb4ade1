"""Searching all cases one may see."""
