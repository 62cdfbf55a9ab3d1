"""What a service may refuse. One handler (`ahnb_platform.api.problems`) turns these into answers.

DomainError
├── Invalid           422  the content breaks a rule; carries items
│   └── Malformed     400  not even the form is right
├── NotAllowed        403  seen, but the role or scope is too small
├── Missing           404  not there, or not for this person to see
├── Gone              410  it was there (trashed)
├── Conflict          409  it contradicts what is stored
└── TooLarge          413  over a limit
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One fault inside a document: a JSON pointer (RFC 6901), a stable code, and words."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """Base of everything that a service refuses.

    Args:
        detail: a sentence for a person; never holds an id that the caller did not send.
        code: stable and in kebab-case; programs may compare it.
        items: the faults inside the document, when there are several.
    """

    status = 400
    code = "error"

    def __init__(self, detail: str, *, code: str = "", items: tuple[Item, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.items = items


class Invalid(DomainError):
    """The content breaks a rule."""

    status = 422
    code = "invalid"


class Malformed(Invalid):
    """Not even the form is right: not JSON, a wrong type at the top."""

    status = 400
    code = "malformed"


class NotAllowed(DomainError):
    """Visible, but the person's role or the token's scope is too small."""

    status = 403
    code = "not-allowed"


class Missing(DomainError):
    """Not there, or not visible: the answer is the same."""

    status = 404
    code = "not-found"

    def __init__(self, detail: str = "There is nothing here, or you may not see it.") -> None:
        super().__init__(detail)


class Gone(DomainError):
    """It was here and lies in the trash."""

    status = 410
    code = "gone"


class Conflict(DomainError):
    """It contradicts what is stored."""

    status = 409
    code = "conflict"


class TooLarge(DomainError):
    """Over a limit of size."""

    status = 413
    code = "too-large"


def one_line(error: BaseException) -> str:
    """What an error says, in one line as commands and logs have it."""
    return " ".join(str(error).split())
