"""Numbers with their nouns, as people say them."""


def numbered(number: int, noun: str) -> str:
    """As 0 files, 1 file, 2,000 files; 2 classes."""
    several = noun + ("es" if noun.endswith(("s", "ch")) else "s")
    return f"{number:,} {noun if number == 1 else several}"
