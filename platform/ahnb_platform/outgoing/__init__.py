"""Requests that the server itself makes, to addresses that people typed."""
