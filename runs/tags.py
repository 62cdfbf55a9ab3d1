"""Tags in one line, as a form has them: by commas, one with a comma between quotes."""

import csv
from collections.abc import Sequence


def in_a_line(tags: Sequence[str]) -> str:
    """``a, "b, c"``."""
    return ", ".join(_quoted(tag) if set(tag) & set(',"') else tag for tag in tags)


def out_of_a_line(text: str) -> list[str]:
    """The tags of a line; a quote that is not closed reaches to its end."""
    rows = csv.reader([text], skipinitialspace=True)
    return [tag.strip() for row in rows for tag in row if tag.strip()]


def _quoted(tag: str) -> str:
    return '"' + tag.replace('"', '""') + '"'
