"""Files attached to runs: checkpoints, plots, notebooks. Stored and handed out, never opened."""
