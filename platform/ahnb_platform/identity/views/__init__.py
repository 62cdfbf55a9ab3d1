"""Pages of identity, a module a subject."""
