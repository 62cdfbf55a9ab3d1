"""Notes that stand in a cell as comments: ``# nb: the second half is noisy``."""

import io
import re
import tokenize

_NOTE = re.compile(r"#\s*nb:\s*(?P<text>.*\S)", re.IGNORECASE)
# Magics of a cell whose body is Python.
_PYTHON_CELL = re.compile(r"\s*%%(?:time|timeit|capture|prun)\b")


def notes_in(raw: str, transformed: str) -> list[str]:
    """Return the texts of the comments of a cell that begin with ``nb:``.

    Args:
        raw: the cell as the person wrote it.
        transformed: the same as Python, with magics as calls.
    """
    if "nb:" not in raw.lower():
        return []
    if _PYTHON_CELL.match(raw):
        raw = transformed = raw.lstrip().partition("\n")[2]
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(transformed).readline))
    except (tokenize.TokenError, SyntaxError):
        return []  # it does not run, either
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    found = [_NOTE.match(comment) for comment in comments]
    return [match["text"] for match in found if match]
