"""Pages of people, teams and tokens, a module a subject."""
