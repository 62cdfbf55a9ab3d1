"""Attacks, a file a class, each caused for real."""
