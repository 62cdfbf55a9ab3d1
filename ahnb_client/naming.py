"""What a person says of a run, in the form that servers take; what is changed for that is told.

The rules are those of `docs/api.md`: a name has 1 to 255 visible characters without control
characters and marks of reading direction, notes have 20,000 characters, a run has 100 tags.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .artifacts.names import BIDI, INVISIBLE, REFUSED
from .notices import tell
from .plain import plain, text

LONGEST_NAME, LONGEST_NOTES, MOST_TAGS = 255, 20_000, 100
MODES, RESUMES = ("min", "max"), ("allow", "never")
_NOTE_CHARACTERS = 19_000
_MOST_NOTES = 60  # of 1 Mi characters, which is the longest text that is kept at all


@dataclass
class Tidied:
    """The body that makes a run, and what had to be changed in it.

    Attributes:
        create: `name`, `group`, `tags`, `notes`, `objective`, `resume` and what else was given.
        changes: each in a few words, as "name: shortened to 255 of 600 characters".
        given: by field, what was changed or left out, as it was.
        rest: the part of the notes that has no room in `create`.
    """

    create: dict[str, Any]
    changes: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    rest: str = ""

    def tell(self) -> Iterator[str]:
        """Say in one line what was changed; gives the notes that keep what was given."""
        if self.changes:
            changes = "; ".join(self.changes)
            tell(f"changed for the server: {changes}; the run's notes hold what you gave")
            yield from pieces(f"Changed for the server: {changes}. {as_given(self.given)}".strip())
        yield from pieces(self.rest)

    def _change(self, name: str, given: Any, how: list[str]) -> None:
        if how:
            self.changes.append(f"{name}: {', '.join(how)}")
            if given:
                self.given[name] = given


def tidied(create: Mapping[str, Any]) -> Tidied:
    """The same in a form that a server takes. Nothing raises, whatever was given."""
    found = Tidied(dict(create))
    for name in ("name", "group"):
        _tidy_name(found, name)
    _tidy_tags(found)
    _tidy_notes(found)
    _tidy_objective(found)
    if "resume" in create and create["resume"] not in RESUMES:
        found.create["resume"] = "allow"
        found._change("resume", create["resume"], ["taken as allow"])
    found.create = plain(found.create)
    return found


def clean_name(given: str) -> tuple[str, list[str]]:
    """A name that a server takes, empty if nothing visible is left, and what was changed.

    A long one loses its middle: what tells it from others may stand at its end.
    """
    name, how = unicodedata.normalize("NFC", text(given)).strip(), []
    if any(unicodedata.category(sign) in REFUSED for sign in name):
        signs = (" " if unicodedata.category(sign) in REFUSED else sign for sign in name)
        name = " ".join("".join(signs).split())
        how.append("line breaks and control characters became spaces")
    if not BIDI.isdisjoint(name):
        name = "".join(sign for sign in name if sign not in BIDI).strip()
        how.append("marks of reading direction were taken out")
    if all(unicodedata.category(sign) in INVISIBLE for sign in name):
        return "", how
    if len(name) > LONGEST_NAME:
        how.append(f"shortened to {LONGEST_NAME} of {len(name):,} characters")
        end = LONGEST_NAME // 4
        name = f"{name[: LONGEST_NAME - 1 - end]}…{name[-end:]}"
    return name, how


def as_given(fields: Mapping[str, Any]) -> str:
    """As "As given: name “…”; tags “…”, “…”."; empty where nothing was."""
    if not fields:
        return ""
    return f"As given: {'; '.join(f'{name} {_quoted(value)}' for name, value in fields.items())}."


def pieces(long: str) -> list[str]:
    """A text in parts that notes have room for."""
    starts = range(0, len(long), _NOTE_CHARACTERS)[:_MOST_NOTES]
    return [part for start in starts if (part := long[start : start + _NOTE_CHARACTERS]).strip()]


def _quoted(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_quoted, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_quoted(item)}" for key, item in value.items())
    return f"“{value}”"


def _tidy_name(found: Tidied, field_name: str) -> None:
    given = found.create.get(field_name)
    if given in (None, ""):
        return
    name, how = clean_name(str(given))
    if not name:
        how = ["left out, nothing in it can be seen"]
    found.create[field_name] = name
    found._change(field_name, text(str(given)), how)


def _tidy_tags(found: Tidied) -> None:
    given = listed(found.create.get("tags"))
    kept: dict[str, None] = {}
    cleaned, left, empty = [], [], 0
    for tag in given:
        name, how = clean_name(tag)
        if not name:
            empty += 1
        elif len(kept) == MOST_TAGS and name not in kept:
            left.append(tag)
        else:
            kept[name] = None
            cleaned += [tag] if how else []
    found.create["tags"] = list(kept)
    told = [f"{empty} left out, nothing in them can be seen"] if empty else []
    told += [f"{len(cleaned)} cleaned or shortened"] if cleaned else []
    told += [f"{len(left)} left out, a run has {MOST_TAGS}"] if left else []
    found._change("tags", [*cleaned, *left], told)


def listed(tags: Any) -> list[str]:
    """Tags as texts; a single text is one tag."""
    if tags is None or isinstance(tags, str) or not isinstance(tags, Iterable):
        tags = [] if tags is None else [tags]
    return [text(str(tag)) for tag in tags]


def _tidy_notes(found: Tidied) -> None:
    notes = found.create.get("notes")
    notes = "" if notes is None else text(str(notes))
    found.create["notes"] = notes
    if len(notes) > LONGEST_NOTES:
        cut = LONGEST_NOTES - 1
        found.create["notes"], found.rest = f"{notes[:cut]}…", f"…{notes[cut:]}"
        found.changes.append(
            f"notes: what is behind {cut:,} characters follows as notes of their own"
        )


def _tidy_objective(found: Tidied) -> None:
    given = found.create.get("objective")
    if given is None:
        return
    wanted = given if isinstance(given, Mapping) else {}
    metric, how = clean_name(str(wanted.get("metric") or ""))
    mode = str(wanted.get("mode"))
    if not metric or mode not in MODES:
        metric, how = "", ["left out, it is {'metric': NAME, 'mode': 'min' or 'max'}"]
    found.create["objective"] = {"metric": metric, "mode": mode} if metric else None
    found._change("objective", plain(given), how)
