"""A zip that is sent while it is made."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

PIECE_BYTES = 64 * 1024
# Of 0 to 9: numbers as text become hardly smaller with more.
LEVEL = 3


class _Sink:
    """Keeps what the zip writes until it is taken; it cannot be read or gone back in."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.waiting = 0

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self.waiting += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts, self.waiting = [], 0
        return data


class StreamedZip:
    """Makes entries one after another; `files` says of each its path, bytes and SHA-256."""

    def __init__(self, at: datetime) -> None:
        self._at = at.timetuple()[:6]
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL)  # type: ignore[call-overload]
        self.files: list[dict[str, Any]] = []

    def add(self, path: str, parts: Iterable[bytes], *, is_packed: bool = True) -> Iterator[bytes]:
        """One entry; gives what there is to send meanwhile."""
        info = zipfile.ZipInfo(path, self._at)
        info.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as entry:
            for part in parts:
                entry.write(part)
                digest.update(part)
                size += len(part)
                if self._sink.waiting > PIECE_BYTES:
                    yield self._sink.take()
        self.files.append({"path": path, "bytes": size, "sha256": digest.hexdigest()})
        yield self._sink.take()

    def close(self) -> bytes:
        """The end of the zip."""
        self._zip.close()
        return self._sink.take()
