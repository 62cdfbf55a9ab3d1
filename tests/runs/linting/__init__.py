"""Linting of stored runs."""
