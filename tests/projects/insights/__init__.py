"""What the pages of a project say of all its runs together."""
