"""What a file is: by how it begins if it is an image, else by how its name ends.

Nothing is opened or parsed here; a kind is a word beside a name, and only the four kinds of images
that are recognised by their first bytes are ever called images.
"""

import mimetypes

HEAD_BYTES = 16
PNG = b"\x89PNG\r\n\x1a\n"
IMAGE_TYPES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
UNKNOWN = "application/octet-stream"
ENDINGS = {
    "model": "keras h5 hdf5 tflite onnx pb pt pth safetensors ckpt index msgpack npz",
    "notebook": "ipynb",
    "table": "csv tsv parquet feather arrow xlsx",
    "text": "txt md rst log json jsonl ndjson yaml yml toml ini cfg py tex html xml",
    "archive": "zip tar gz tgz bz2 xz zst 7z",
}
_KINDS = {ending: kind for kind, endings in ENDINGS.items() for ending in endings.split()}


def kind_of(name: str, head: bytes) -> tuple[str, str]:
    """Kind and content type, for people; `head` is how the file begins (16 bytes or more)."""
    image = _image_type(head)
    if image:
        return "image", image
    kind = _KINDS.get(name.rpartition(".")[2].lower(), "file")
    guessed = mimetypes.guess_type(name.rpartition("/")[2], strict=True)[0] or UNKNOWN
    # What only pretends to be an image is never called one.
    return kind, UNKNOWN if guessed.startswith("image/") else guessed[:100]


def _image_type(head: bytes) -> str:
    if head.startswith(PNG):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""
