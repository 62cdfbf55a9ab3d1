"""Two people, or two tabs, that change the same texts: neither is written over unseen.

A form brings back marks of the texts that it showed. What its sender left as it was stays as it is
stored; what its sender changed is written, unless it was changed by somebody else, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from .errors import Conflict

MARK_BYTES = 8
MEANWHILE = (
    "This was changed after you had opened it. Nothing is saved yet: what is stored by now stands "
    "below your own words. Make of both what is to stay, and save again."
)


class Overtaken(Conflict):
    """Somebody else changed since what the sender of a form changed.

    Attributes:
        own: the fields that the sender changed.
        contested: those of them that are stored otherwise by now.
    """

    code = "changed-meanwhile"

    def __init__(self, own: Iterable[str], contested: Iterable[str]) -> None:
        super().__init__(MEANWHILE)
        self.own, self.contested = frozenset(own), frozenset(contested)


def marks_of(texts: Mapping[str, str]) -> str:
    """What a form carries of the texts that it shows, `name:8f0c… notes:1d53…`."""
    return " ".join(f"{name}:{_mark(text)}" for name, text in texts.items())


def own_changes(seen: str, stored: Mapping[str, str], wanted: Mapping[str, str]) -> set[str]:
    """The fields of `wanted` that are to be written.

    Args:
        seen: the marks of what the sender saw; "" for a program that saw nothing and means all.
        stored: the texts as they are now, of a row that nobody else can change meanwhile.

    Raises:
        Overtaken: a field was changed by the sender and by somebody else, and not alike.
    """
    if not seen:
        return set(wanted)
    saw = dict(part.partition(":")[::2] for part in seen.split())
    own = {name for name, text in wanted.items() if _mark(text) != saw.get(name)}
    differs = {name for name in own if _mark(wanted[name]) != _mark(stored[name])}
    contested = {name for name in differs if _mark(stored[name]) != saw.get(name)}
    if contested:
        raise Overtaken(own, contested)
    return differs


def _mark(text: str) -> str:
    """The same for what a browser makes of a text: it sends CRLF, and forms strip."""
    plain = "\n".join(text.splitlines()).strip()
    return blake2b(plain.encode(errors="surrogatepass"), digest_size=MARK_BYTES).hexdigest()
