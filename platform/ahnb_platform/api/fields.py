"""Fields of JSON bodies, read strictly; the same definitions make the OpenAPI schema.

DRF's own fields take "7" for 7 and pass over what they do not know; here both are faults.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from ahnb_platform.errors import Invalid, Item, Malformed

from .strictjson import escaped, text_fault

Schema = dict[str, Any]

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(hours=48)


class Refused(Exception):
    """A value breaks the rule of its field."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.item_code = code
        self.detail = detail


class Field:
    """What one value may be."""

    def read(self, value: Any, pointer: str, faults: list[Item]) -> Any:
        """The value as the program uses it; what is wrong is added to `faults`."""
        try:
            return self.checked(value)
        except Refused as refused:
            faults.append(Item(pointer, refused.item_code, refused.detail))
        except Invalid as error:
            faults.append(Item(pointer, error.code, error.detail))
        return None

    def checked(self, value: Any) -> Any:
        """Raises Refused or Invalid."""
        raise NotImplementedError

    def schema(self) -> Schema:
        """The field in OpenAPI."""
        raise NotImplementedError


@dataclass(frozen=True)
class Text(Field):
    """A string of at most `longest` characters that `check` accepts."""

    longest: int
    check: Callable[[str], str] | None = None
    shortest: int = 0

    def checked(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Refused("bad-type", "A string is wanted.")
        fault = text_fault(value)
        if fault is not None:
            raise Refused(*fault)
        if not self.shortest <= len(value) <= self.longest:
            raise Refused(
                "bad-length", f"A string of {self.shortest} to {self.longest} characters is wanted."
            )
        return self.check(value) if self.check and value else value

    def schema(self) -> Schema:
        return {"type": "string", "minLength": self.shortest, "maxLength": self.longest}


@dataclass(frozen=True)
class Integer(Field):
    """A whole number; neither 1.0 nor "1" nor true."""

    smallest: int
    largest: int

    def checked(self, value: Any) -> int:
        if type(value) is not int or not self.smallest <= value <= self.largest:
            raise Refused(
                "bad-integer", f"An integer from {self.smallest} to {self.largest} is wanted."
            )
        return value

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.smallest, "maximum": self.largest}


@dataclass(frozen=True)
class Number(Field):
    """A finite number from `smallest` on."""

    smallest: float

    def checked(self, value: Any) -> float:
        try:
            number = math.nan if type(value) not in (int, float) else float(value)
        except OverflowError:
            number = math.inf
        if not self.smallest <= number < math.inf:
            raise Refused("bad-number", f"A finite number from {self.smallest} on is wanted.")
        return number

    def schema(self) -> Schema:
        return {"type": "number", "minimum": self.smallest}


@dataclass(frozen=True)
class Choice(Field):
    """One of a few words."""

    words: Sequence[str]

    def checked(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise Refused("bad-choice", f"One of {', '.join(self.words)} is wanted.")
        return value

    def schema(self) -> Schema:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True)
class Moment(Field):
    """A time of RFC 3339 with its zone; one that cannot be true becomes None."""

    def checked(self, value: Any) -> datetime | None:
        if not isinstance(value, str) or not _RFC3339.fullmatch(value):
            raise Refused("bad-time", "A time as 2026-05-01T12:00:00Z is wanted.")
        try:
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise Refused("bad-time", "There is no such time.") from error
        return moment if EARLIEST <= moment <= timezone.now() + AHEAD else None

    def schema(self) -> Schema:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class ListOf(Field):
    """A list of at most `most` values."""

    field: Field
    most: int

    def read(self, value: Any, pointer: str, faults: list[Item]) -> Any:
        if not isinstance(value, list):
            faults.append(Item(pointer, "bad-type", "A list is wanted."))
            return None
        if len(value) > self.most:
            faults.append(Item(pointer, "too-many", f"At most {self.most} are taken."))
            return None
        return [
            self.field.read(item, f"{pointer}/{index}", faults) for index, item in enumerate(value)
        ]

    def schema(self) -> Schema:
        return {"type": "array", "items": self.field.schema(), "maxItems": self.most}


@dataclass(frozen=True)
class OrNull(Field):
    """A value, or null."""

    field: Field

    def read(self, value: Any, pointer: str, faults: list[Item]) -> Any:
        return None if value is None else self.field.read(value, pointer, faults)

    def schema(self) -> Schema:
        return {**self.field.schema(), "nullable": True}


@dataclass(frozen=True)
class Object(Field):
    """An object of known fields; others must begin with `x_`, and are passed over."""

    fields: Mapping[str, Field]
    required: Sequence[str] = ()

    def read(self, value: Any, pointer: str, faults: list[Item]) -> Any:
        if not isinstance(value, dict):
            faults.append(Item(pointer, "bad-type", "An object is wanted."))
            return None
        faults += [
            Item(f"{pointer}/{name}", "missing", "This field is wanted.")
            for name in self.required
            if name not in value
        ]
        read = {}
        for name, item in value.items():
            place = f"{pointer}/{escaped(name)}"
            if name in self.fields:
                read[name] = self.fields[name].read(item, place, faults)
            elif not name.startswith("x_"):
                faults.append(Item(place, "unknown-field", "There is no such field to set."))
        return read

    def read_whole(self, document: Any) -> dict[str, Any]:
        """A body.

        Raises:
            Malformed: it is no object.
            Invalid: with an item for each fault; its code is the fault's when there is one alone.
        """
        if not isinstance(document, dict):
            raise Malformed("The body must be a JSON object.", code="not-an-object")
        faults: list[Item] = []
        read: dict[str, Any] = self.read(document, "", faults)
        if faults:
            codes = {fault.code for fault in faults}
            code = codes.pop() if len(codes) == 1 else "invalid"
            raise Invalid("The body breaks a rule.", code=code, items=tuple(faults[:100]))
        return read

    def schema(self) -> Schema:
        found: Schema = {
            "type": "object",
            "properties": {name: field.schema() for name, field in self.fields.items()},
            "additionalProperties": False,
            "x-also": "further fields whose names begin with x_",
        }
        return {**found, "required": list(self.required)} if self.required else found
