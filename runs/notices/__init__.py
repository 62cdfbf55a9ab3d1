"""Telling people and programs what happened to runs: found by the worker, never by ingestion."""
