"""What SCIM answers when it refuses (RFC 7644, 3.12)."""


class ScimError(Exception):
    """A refusal: status, words, and the code that the standard gives to some of them."""

    def __init__(self, status: int, detail: str, kind: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind


def invalid(detail: str, kind: str = "invalidValue") -> ScimError:
    return ScimError(400, detail, kind)


def missing() -> ScimError:
    """The same for what is not there and for what is another team's."""
    return ScimError(404, "There is no such resource.")
