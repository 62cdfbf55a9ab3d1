"""Whether a password stands in a file of breached ones.

The file is the one that is commonly downloaded: a line for each password, its SHA-1 in upper-case
hexadecimal digits, a colon and how often it was seen, sorted by digest. It has tens of gigabytes,
so it is searched where it lies: some forty short reads, whatever its size.
"""

import hashlib
import os
from pathlib import Path

DIGITS = 40
# Longer than any line: digest, colon, count, end of line.
LINE_BYTES = 128


def is_breached(password: str, path: Path) -> bool:
    """Whether `password` stands in the sorted file at `path`.

    Raises:
        OSError: the file cannot be read.
    """
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return _stands_in(descriptor, digest)
    finally:
        os.close(descriptor)


def _stands_in(descriptor: int, digest: bytes) -> bool:
    """Bisect by byte offsets; `low` is always where a line begins."""
    low, high = 0, os.fstat(descriptor).st_size
    while low < high:
        middle = (low + high) // 2
        begin, line = _line_around(descriptor, middle)
        found = line[:DIGITS].upper()
        if found == digest:
            return True
        if found < digest:
            low = begin + len(line)
        else:
            high = begin
    return False


def _line_around(descriptor: int, offset: int) -> tuple[int, bytes]:
    """Where the line at `offset` begins, and its bytes with its end."""
    before = max(0, offset - LINE_BYTES)
    chunk = os.pread(descriptor, 2 * LINE_BYTES, before)
    at = offset - before
    begin = chunk.rfind(b"\n", 0, at) + 1
    end = chunk.find(b"\n", at)
    return before + begin, chunk[begin : end + 1 if end >= 0 else len(chunk)]
