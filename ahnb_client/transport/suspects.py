"""Finding the record that a server does not take among those that it does."""


class Suspects:
    """Halves what was refused until the record at fault stands alone.

    Of 2,000 records with one that is refused, 1,999 arrive with 12 more requests. Where record
    after record is refused, twice as many are given up each time, so that a server which takes
    none of them is not asked for each.
    """

    def __init__(self, most: int) -> None:
        """`most` is how many records a batch has without suspicion."""
        self._most = self._size = most
        self._known = 0  # the next so many records hold one at fault; 0: nothing is known
        self._grain = 1

    @property
    def limit(self) -> int:
        """How many records the next batch may have."""
        return max(1, self._known // 2) if self._known else self._size

    def can_split(self, records: int, *, is_dear: bool) -> bool:
        """Whether a refused batch of so many records is worth halving, a dear one to the last."""
        return records > (1 if is_dear else self._grain)

    def refused(self, records: int) -> None:
        """A batch was refused: one of its records is at fault."""
        self._known = records

    def too_large(self, records: int) -> None:
        """A batch was too large: go on with smaller ones."""
        self._size = max(1, records // 2)

    def accepted(self, records: int) -> None:
        """A batch was taken, so that whatever is at fault comes after it."""
        if records:
            self._grain = 1
            self._size = min(self._size * 2, self._most)
        self._known = max(0, self._known - records)

    def gave_up(self) -> None:
        """A batch was set aside: what comes next is innocent until it is refused too."""
        self._known = 0
        self._grain = min(self._grain * 2, self._most)
