"""Parameters of the query string, read strictly."""

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from django.http import QueryDict

from ahnb_platform.errors import Item, Malformed

from .strictjson import escaped, text_fault

LONGEST = 4_096
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class BadParameter(Malformed):
    """A parameter of the query string breaks its rule."""

    code = "bad-parameter"

    def __init__(self, name: str, detail: str, code: str = "bad-parameter") -> None:
        name = escaped(name)
        super().__init__(f"{name}: {detail}", code=code, items=(Item(name, code, detail),))


class Parameters:
    """The parameters that a call knows; any other is refused at once."""

    def __init__(self, query: QueryDict, known: Sequence[str]) -> None:
        for name in query:
            if name not in known:
                raise BadParameter(name, "There is no such parameter.", "unknown-parameter")
        self._query = query

    def text(self, name: str, default: str = "", longest: int = LONGEST) -> str:
        """The text of a parameter, which is given once at most."""
        found = self._query.getlist(name)
        if len(found) > 1:
            raise BadParameter(name, "Give it once.")
        return self._checked(name, found[0], longest) if found else default

    def texts(self, name: str, most: int, longest: int = LONGEST) -> list[str]:
        """A parameter that may be repeated, each value once."""
        found = list(dict.fromkeys(self._query.getlist(name)))
        if len(found) > most:
            raise BadParameter(name, f"Give it at most {most} times.")
        return [self._checked(name, text, longest) for text in found]

    def integer(self, name: str, default: int | None, smallest: int, largest: int) -> int | None:
        """A whole number; empty is as good as left out."""
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 16):
            raise BadParameter(name, f"An integer from {smallest} to {largest} is wanted.")
        if not smallest <= int(text) <= largest:
            raise BadParameter(name, f"An integer from {smallest} to {largest} is wanted.")
        return int(text)

    def number(self, name: str) -> float | None:
        """A finite number; empty is as good as left out."""
        text = self.text(name, longest=64)
        if text and not NUMBER.fullmatch(text):
            raise BadParameter(name, "A number is wanted.")
        number = float(text) if text else None
        if number is not None and not isfinite(number):
            raise BadParameter(name, "A finite number is wanted.")
        return number

    def choice(self, name: str, words: Mapping[str, Any]) -> Any:
        """What one of `words` stands for; the first when it is left out."""
        text = self.text(name) or next(iter(words))
        if text not in words:
            raise BadParameter(name, f"One of {', '.join(words)} is wanted.")
        return words[text]

    @staticmethod
    def _checked(name: str, text: str, longest: int) -> str:
        if len(text) > longest:
            raise BadParameter(name, f"At most {longest} characters are taken.")
        if text_fault(text) is not None:
            raise BadParameter(name, "A character that no text holds.")
        return text
