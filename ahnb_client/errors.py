"""What the client may raise.

    AHNBError
    ├── ConfigurationError      a setting, argument or stored file makes no sense
    ├── LintError               a training that asked for it would have learned nothing
    └── TransportError          the server could not be reached, or refused
        ├── ServerUnreachable   no usable answer
        ├── Rejected            the server said no, and why
        │   └── NotFound        there is no such thing, or the key may not see it
        └── RateLimited         the server asked to wait

Inside a training none of these is raised unless the run was made with `strict=True`, or the
callback with `lint="raise"` (LintError); the command line turns them into one line and an exit
code.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .linting.finding import Finding


class AHNBError(Exception):
    """The root of everything that this package raises on purpose."""


class ConfigurationError(AHNBError):
    """A setting, an argument or a stored file makes no sense."""


class LintError(AHNBError):
    """A training was stopped because it cannot learn what was meant.

    Attributes:
        findings: what is wrong, each of severity error.
    """

    def __init__(self, findings: "list[Finding]") -> None:
        self.findings = findings
        places = (f"{one.id}{f' ({one.place})' if one.place else ''}" for one in findings)
        told = (f"{place}: {one.text}" for place, one in zip(places, findings, strict=True))
        super().__init__("; ".join(told))


class TransportError(AHNBError):
    """Something between this process and the server went wrong."""


class ServerUnreachable(TransportError):
    """There was no answer, or none that an AHNB server gives."""


class Rejected(TransportError):
    """The server refused.

    Attributes:
        status: of HTTP.
        code: the problem's stable code.
        parameter: of a search, what cannot be understood: `q`, `order` or `cursor`; else "".
        position: where in it, counted in characters from 0; else None.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        parameter: str = "",
        position: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.parameter = parameter
        self.position = position


class NotFound(Rejected):
    """There is no such run, project or metric, or the key may not see it."""


class RateLimited(TransportError):
    """The server asked to wait `seconds` before the next request."""

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds
