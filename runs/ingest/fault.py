"""What one item of a batch may be refused for."""

from typing import Any


class Fault(Exception):
    """One item is refused; the rest of the batch is stored.

    Args:
        pointer: where (RFC 6901), from the item on.
        code: stable, kebab-case.
        detail: a sentence for a person.
    """

    def __init__(self, pointer: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.pointer = pointer
        self.code = code
        self.detail = detail

    def at(self, prefix: str) -> dict[str, Any]:
        """The entry of `rejected`, with the pointer from the top of the batch."""
        return {"pointer": prefix + self.pointer, "code": self.code, "detail": self.detail}
