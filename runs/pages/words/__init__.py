"""A run in words, made from its record alone: what the record does not prove is not said."""
