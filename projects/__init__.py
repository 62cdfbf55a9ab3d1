"""A project: its sharing and its summary page."""
