"""Whole numbers as addresses give them."""


def whole_number(text: str, most_digits: int = 9) -> int | None:
    """The number that plain digits write, at most so many; None for anything else."""
    is_number = text.isascii() and text.isdigit() and len(text) <= most_digits
    return int(text) if is_number else None
