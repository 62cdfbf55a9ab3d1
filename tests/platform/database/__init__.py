"""The embedded PostgreSQL, with real processes, signals and disks."""
