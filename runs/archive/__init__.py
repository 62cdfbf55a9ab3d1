"""A run as one archive of JSON and CSV, and as one page that needs no server."""
