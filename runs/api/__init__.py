"""The calls of the API on runs."""
