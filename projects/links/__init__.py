"""Public links: a run, a view or a comparison for whoever holds the address, and nothing else."""
