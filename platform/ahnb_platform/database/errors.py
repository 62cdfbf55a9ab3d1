"""What the embedded PostgreSQL may refuse."""


class DatabaseError(Exception):
    """The database cannot be made, started or stopped; the text is one line for a person."""


class Busy(DatabaseError):
    """Another process holds the lock in question."""
