"""What is wrong with a search, and where."""

from ahnb_platform.errors import Item, Malformed


class QueryError(Malformed):
    """The query, the order or the cursor cannot be understood.

    Args:
        detail: a sentence for a person.
        position: where in the text, counted in characters from 0.
        parameter: which parameter of the search, `q`, `order` or `cursor`.
    """

    code = "bad-query"

    def __init__(
        self, detail: str, *, position: int = 0, parameter: str = "q", code: str = "bad-query"
    ) -> None:
        item = Item(parameter, code, f"{detail} (at character {position + 1})")
        super().__init__(detail, code=code, items=(item,))
        self.position = position
        self.parameter = parameter
