"""Pages of projects, a module a page."""
