"""Images as PNG, small enough to be sent as an event."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

from ..words import numbered
from .arrays import host

# What a server takes of one event, with room for what stands beside the image.
MOST_PNG_BYTES = 700_000
LARGEST_SIDE = 8192
SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The colour type of PNG by the number of channels.
COLOURS = {1: 0, 2: 4, 3: 2, 4: 6}


def image_of(image: Any) -> dict[str, Any]:
    """An image as PNG.

    Args:
        image: an array or tensor (height, width) or (height, width, channels) with 1 to 4
            channels: integers from 0 to 255, floats from 0 to 1, or any other finite numbers,
            which are then stretched from their least to their greatest; a PIL image or a
            Matplotlib figure; the bytes or the path of a PNG.

    Returns: `{"type": "image", "png": base64}`, with a `caption` that says what was changed: a
        range that was stretched, or pixels left out of an image that is too large.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(image, str | Path):
        image = Path(image).read_bytes()
    for method in ("savefig", "save"):
        if hasattr(image, method):
            image = _saved(image, method)
    if isinstance(image, bytes):
        return _bounded_png(image)
    return _drawn(image)


def _saved(image: Any, method: str) -> bytes:
    into = BytesIO()
    getattr(image, method)(into, format="png")
    return into.getvalue()


def _bounded_png(png: bytes) -> dict[str, Any]:
    if not png.startswith(SIGNATURE):
        raise ValueError("these bytes are no PNG")
    if len(png) > MOST_PNG_BYTES:
        raise ValueError(f"an image of {len(png):,} bytes; up to {MOST_PNG_BYTES:,} are taken")
    return {"type": "image", "png": b64encode(png).decode()}


def _drawn(image: Any) -> dict[str, Any]:
    import numpy as np

    pixels = np.asarray(host(image))
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in COLOURS or not pixels.size:
        raise ValueError(f"an image has height, width and 1 to 4 channels, not {pixels.shape}")
    pixels, said = _bytes_of(pixels)
    stride = max(1, -(-max(pixels.shape[:2]) // LARGEST_SIDE))
    png = _png(pixels[::stride, ::stride])
    while len(png) > MOST_PNG_BYTES:
        stride += 1
        png = _png(pixels[::stride, ::stride])
    if stride > 1:
        said.append(f"every {_ordinal(stride)} pixel of {pixels.shape[1]} × {pixels.shape[0]}")
    data = {"type": "image", "png": b64encode(png).decode()}
    return data | ({"caption": "; ".join(said)} if said else {})


def _bytes_of(pixels: Any) -> tuple[Any, list[str]]:
    """Pixels as bytes, and what was done to them that one should know."""
    import numpy as np

    if pixels.dtype == np.uint8:
        return pixels, []
    if pixels.dtype == bool:
        return pixels.astype(np.uint8) * np.uint8(255), []
    values = pixels.astype(np.float64)
    finite = np.isfinite(values)
    odd = int((~finite).sum())
    said = [f"{numbered(odd, 'value')} not finite, drawn as 0"] if odd else []
    known = values[finite]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    is_whole = np.issubdtype(pixels.dtype, np.integer)
    if is_whole and low >= 0 and high <= 255:
        scaled = values
    elif not is_whole and low >= 0 and high <= 1:
        scaled = values * 255
    else:
        said.append(f"stretched from {low:.4g} to {high:.4g}")
        scaled = (values - low) / ((high - low) or 1.0) * 255
    return np.where(finite, scaled, 0).round().clip(0, 255).astype(np.uint8), said


def _png(pixels: Any) -> bytes:
    """A PNG (RFC 2083) of bytes (height, width, channels): each line stored as it is."""
    height, width, channels = pixels.shape
    lines = b"".join(b"\0" + pixels[row].tobytes() for row in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, COLOURS[channels], 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    checked = name + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))


def _ordinal(number: int) -> str:
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else suffix}"
