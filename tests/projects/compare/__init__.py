"""Several runs of a project beside each other, and whether their results differ."""
