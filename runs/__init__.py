"""Runs: their record, their metrics, how they are written and read."""
