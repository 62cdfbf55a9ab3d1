"""Several runs beside each other: what differs, and whether the results do."""
