"""Files attached to runs: what they may be called, and which ones there are."""
