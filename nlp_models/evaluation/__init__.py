"""Checks of the corpus itself."""
