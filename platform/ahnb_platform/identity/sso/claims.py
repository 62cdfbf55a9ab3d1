"""What a provider says of a person, whatever the protocol."""

from dataclasses import dataclass

from ahnb_platform.errors import NotAllowed


@dataclass(frozen=True)
class Claims:
    """`subject` never changes; `email` is vouched for by the provider.

    `way_out` is where the provider logs the person out there, empty when it names no such place.
    """

    subject: str
    email: str
    name: str = ""
    groups: tuple[str, ...] = ()
    way_out: str = ""


class Refused(NotAllowed):
    """The provider's answer logs nobody in; `code` says why, for the record and for tests."""

    code = "sso-refused"


def text_of(value: object) -> str:
    """A claim as text without surrounding space; empty for what is none."""
    return value.strip() if isinstance(value, str) else ""


def texts_of(value: object) -> tuple[str, ...]:
    """A claim of several texts, or of one."""
    values = value if isinstance(value, list) else [value]
    return tuple(text for text in map(text_of, values) if text)
