"""TFRecord files: length, checksum of the length, data, checksum of the data.

Source: tensorflow.org/tutorials/load_data/tfrecord; the checksum is CRC-32C (RFC 3720, B.4),
rotated and shifted.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 1 << 20  # graphs and images are larger than this, scalars never


class Damaged(ValueError):
    """The file is none of TensorBoard's from some byte on."""


def records(path: Path) -> Iterator[bytes]:
    """Return the data of each record up to 1 MiB; an end that is cut off ends the file.

    Raises:
        Damaged: a checksum is wrong.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        while len(head := file.read(12)) == 12:
            length, checked = struct.unpack("<QI", head)
            if masked_crc(head[:8]) != checked:
                raise Damaged(f"{path} is damaged at byte {file.tell() - 12}")
            if length > MAX_BYTES:
                file.seek(length + 4, 1)
                continue
            data, foot = file.read(length), file.read(4)
            if len(foot) < 4:
                return
            if masked_crc(data) != struct.unpack("<I", foot)[0]:
                raise Damaged(f"{path} is damaged at byte {file.tell() - 4}")
            yield data


def _table() -> list[int]:
    rows = []
    for byte in range(256):
        row = byte
        for _ in range(8):
            row = row >> 1 ^ (0x82F63B78 if row & 1 else 0)
        rows.append(row)
    return rows


_TABLE = _table()


def masked_crc(data: bytes) -> int:
    """Return the checksum as TFRecord files hold it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
