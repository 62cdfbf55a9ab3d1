"""What backup and restore refuse."""


class BackupError(Exception):
    """It cannot be done; the text is one line for a person, and says what was left as it was."""
