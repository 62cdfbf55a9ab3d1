"""One line of `ahnb doctor`."""

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    state: Literal["ok", "warn", "fail"]
    check: str
    found: str
    todo: str = ""

    def document(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        line = f"{self.state:4}  {self.check:10}  {self.found}"
        return f"{line}\n{'':18}→ {self.todo}" if self.todo else line
