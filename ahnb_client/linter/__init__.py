"""Linting in the process that trains: gathers facts, asks the rules, tells what they find."""
