"""A third that nobody who writes rules reads, fixed before there was a rule.

`heldout.sha256` beside this folder holds what its files are; tests/house sees that they stay.
"""
