"""Numbers as they are quoted, and tables of them as LaTeX and Markdown.

A mean is given to the place of its spread, and the spread with one significant digit, two where
it begins with 1. More than two are hardly ever worth stating (JCGM 100:2008, 7.2.6).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

SINGLE_DIGITS = 4
# What TeX reads as something else than itself.
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedblright{}",
    "−": "$-$",
}
_MARKDOWN = frozenset("\\`*_{}[]()#+!|<>~&")


@dataclass(frozen=True)
class Cell:
    """A text, or a number as it is quoted, and the address that it can be followed to."""

    text: str
    address: str = ""
    is_number: bool = False


def single(value: float | None) -> str:
    """One number with four significant digits; "–" for none."""
    if value is None or not math.isfinite(value):
        return "–"
    return _placed(value, _exponent(value) - SINGLE_DIGITS + 1) if value else "0"


def like_others(value: float | None, spread: float | None) -> str:
    """One number to the place of the spread of its like; without one with four digits."""
    if value is None or not math.isfinite(value) or not spread or not math.isfinite(spread):
        return single(value)
    return _placed(value, place_of(spread))


def with_spread(mean: float | None, spread: float | None) -> str:
    """`0.948 ± 0.004`; without a spread, or with one of zero, the number alone."""
    if mean is None or not spread or not math.isfinite(spread):
        return single(mean)
    place = place_of(spread)
    # Below the place of its spread a mean is nothing, and nothing has no sign.
    is_nothing = mean == 0 or _exponent(mean) < place - 1 or float(_placed(mean, place)) == 0
    return f"{'0' if is_nothing else _placed(mean, place)} ± {_placed(spread, place)}"


def place_of(spread: float) -> int:
    """The power of ten to which a spread is rounded."""
    exponent = _exponent(spread)
    return exponent - 1 if float(f"{spread:e}".partition("e")[0]) < 1.95 else exponent


def _exponent(value: float) -> int:
    """The place of the first significant digit."""
    return int(f"{abs(value):e}".partition("e")[2])


def _placed(value: float, place: int) -> str:
    """`value` rounded at a power of ten; very large and very small numbers with an exponent."""
    if place >= -7 and abs(value) < 1e9:
        return f"{round(value, -place):.{max(-place, 0)}f}"
    digits = max(_exponent(value) - place, 0) if value else 0
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def latex(head: Sequence[str], rows: Iterable[Sequence[Cell]], comments: Sequence[str]) -> str:
    """A table for booktabs and hyperref; each number leads to where it comes from."""
    listed = list(rows)
    numbers = [any(row[at].is_number for row in listed) for at in range(len(head))]
    lines = [f"% {' '.join(comment.split())}" for comment in comments]
    lines += ["% needs \\usepackage{booktabs,hyperref}"]
    sides = "".join("r" if one else "l" for one in numbers)
    lines += [f"\\begin{{tabular}}{{{sides}}}", "\\toprule"]
    lines += [" & ".join(map(tex_text, head)) + r" \\", "\\midrule"]
    lines += [" & ".join(map(_tex_cell, row)) + r" \\" for row in listed]
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])


def markdown(head: Sequence[str], rows: Iterable[Sequence[Cell]], comments: Sequence[str]) -> str:
    """A table as GitHub reads it; each number leads to where it comes from."""
    listed = list(rows)
    numbers = [any(row[at].is_number for row in listed) for at in range(len(head))]
    lines = ["| " + " | ".join(map(markdown_text, head)) + " |"]
    lines += ["| " + " | ".join("---:" if one else "---" for one in numbers) + " |"]
    lines += ["| " + " | ".join(map(_markdown_cell, row)) + " |" for row in listed]
    told = [markdown_text(" ".join(comment.split())) for comment in comments]
    return "\n".join([*lines, "", *(f"{line}  " for line in told), ""])


def tex_text(text: str) -> str:
    """A text that TeX sets as it is, in one line."""
    return "".join(_TEX.get(sign, sign) for sign in " ".join(text.split()))


def markdown_text(text: str) -> str:
    """A text that Markdown shows as it is, in one line."""
    return "".join(f"\\{sign}" if sign in _MARKDOWN else sign for sign in " ".join(text.split()))


def tex_link(address: str, text: str) -> str:
    """`text`, which is TeX already, as a link of hyperref."""
    address = plain_address(address).replace("%", r"\%")
    return f"\\href{{{address}}}{{{text}}}"


def markdown_link(address: str, text: str) -> str:
    """`text`, which is Markdown already, as a link."""
    return f"[{text}](<{plain_address(address)}>)"


def _tex_cell(cell: Cell) -> str:
    text = tex_number(cell.text) if cell.is_number else tex_text(cell.text)
    return tex_link(cell.address, text) if cell.address else text


def tex_number(text: str) -> str:
    """`-1.5e-7 ± 2e-8` in mathematics."""
    parts = []
    for part in text.split(" ± "):
        mantissa, e, exponent = part.partition("e")
        parts.append(rf"{mantissa} \times 10^{{{exponent}}}" if e else mantissa)
    return "--" if text == "–" else "$" + r" \pm ".join(parts) + "$"


def _markdown_cell(cell: Cell) -> str:
    text = cell.text if cell.is_number else markdown_text(cell.text)
    return markdown_link(cell.address, text) if cell.address else text


def plain_address(address: str) -> str:
    """An address without signs that end it in TeX or Markdown, or begin something there."""
    return quote(address, safe="/:?=&%+,;@!'()*~")
