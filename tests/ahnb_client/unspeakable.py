"""A value that no words can be found for."""


class Unspeakable:
    """Cannot be told in words."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")
