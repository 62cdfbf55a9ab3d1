"""How much the records of a run may take, on disk and in memory."""

from collections.abc import Callable

from .segments import DiskSegment, Segment
from .thinning import Thinning

SEGMENT_SIZE = 1 << 20
MEMORY_LIMIT = 16 << 20
DISK_LIMIT = 1 << 30
_LEAST = 4 * SEGMENT_SIZE  # below which points cannot be recorded at all


class Room:
    """The limits of one journal. Whoever calls holds its lock."""

    def __init__(self, held: dict[int, Segment], limit_bytes: int) -> None:
        """Watch over the segments in `held`; from `limit_bytes` on those on disk are thinned."""
        self._held = held
        self._limit = max(limit_bytes, _LEAST)
        self._thinning = Thinning(held)
        self.bytes_beside: Callable[[], int] = int  # what else counts on the disk: files

    @property
    def for_files(self) -> int:
        """How many bytes files may take: what points leave, but for the last eighth of the limit,
        so that files never leave points without room."""
        return min(self._limit - self._on_disk, self._limit // 8 * 7)

    def is_full(self, wanted: int) -> bool:
        """Whether a segment of so many bytes has no room on disk."""
        return self._on_disk + wanted > self._limit_of_points

    def make(self, kind: type[Segment], wanted: int, idle: range) -> bool:
        """Thin segments with a number in `idle` out until `wanted` bytes fit in; whether one had
        to be."""
        limit = self._limit_of_points if kind is DiskSegment else MEMORY_LIMIT
        return self._thinning.make_room(kind, limit, wanted, idle)

    @property
    def _on_disk(self) -> int:
        return sum(one.size for one in self._held.values() if isinstance(one, DiskSegment))

    @property
    def _limit_of_points(self) -> int:
        return max(self._limit - self.bytes_beside(), _LEAST)
