"""The pages of a run, and what its editors do there."""
