"""Twenty sound programs that makers of rules may read."""
