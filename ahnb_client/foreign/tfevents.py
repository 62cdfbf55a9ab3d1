"""TensorBoard's event files: scalars of TensorFlow 1 and 2.

Field numbers are those of event.proto, summary.proto, tensor.proto and types.proto in
tensorflow/core.
"""

import math
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConfigurationError
from .protobuf import Value, fields, numbers
from .recording import Recording
from .tfrecord import Damaged, records

MARK = "tfevents"
_KERAS_FOLDERS = {"train": "", "validation": "val_"}
# Of a tensor: its number in types.proto, and how struct reads its bytes.
_CONTENT = {1: "f", 2: "d", 3: "i", 9: "q", 19: "e"}
_LISTS = {5: "f", 6: "d", 7: "v", 10: "v"}


@dataclass(frozen=True)
class Scalar:
    """One point of an event file; `time` is in UTC seconds."""

    tag: str
    step: int
    value: float
    time: float


def recordings(folder: Path) -> list[Recording]:
    """Return one recording for each run below a folder, or of one file.

    Keras' callback writes into `train` and `validation`: they belong to one run. Any other
    folder with event files is a run of its own.

    Raises:
        ConfigurationError: there is no event file.
    """
    files = [folder] if folder.is_file() else sorted(folder.rglob(f"*{MARK}*"))
    found: dict[Path, Recording] = {}
    for file in (file for file in files if file.is_file()):
        home, prefix = _home(file)
        name = home.resolve().name if home != folder else folder.resolve().name
        recording = found.setdefault(home, Recording(name, home))
        _read(file, prefix, recording)
    if not found:
        raise ConfigurationError(f"there is no event file of TensorBoard in {folder}")
    return list(found.values())


def _home(file: Path) -> tuple[Path, str | None]:
    """The folder of the run, and what Keras' metrics begin with; None where it was not Keras."""
    prefix = _KERAS_FOLDERS.get(file.parent.name)
    return (file.parent, None) if prefix is None else (file.parent.parent, prefix)


def _read(file: Path, prefix: str | None, recording: Recording) -> None:
    try:
        for data in records(file):
            for scalar in scalars(data):
                unit, metric = metric_of(scalar.tag, prefix)
                recording.add(unit, metric, scalar.step, scalar.value, scalar.time)
    except Damaged:
        recording.leave_out("damaged ends of files")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}") from error


def metric_of(tag: str, prefix: str | None) -> tuple[str, str]:
    """Return unit and name of the metric that a tag stands for.

    Keras' `epoch_loss` of the folder `validation` is `val_loss` by epoch, `batch_loss` is
    `batch/loss` by step, `evaluation_loss_vs_iterations` is `evaluate/loss`. Other tags keep
    their names, by step.
    """
    if prefix is None:
        return "step", tag
    if tag.startswith("epoch_"):
        return "epoch", prefix + tag.removeprefix("epoch_")
    if tag.startswith("batch_"):
        return "step", f"batch/{prefix}{tag.removeprefix('batch_')}"
    if tag.startswith("evaluation_") and tag.endswith("_vs_iterations"):
        return "step", f"evaluate/{tag[len('evaluation_') : -len('_vs_iterations')]}"
    return "step", f"validation/{tag}" if prefix else tag


def scalars(event: bytes) -> Iterator[Scalar]:
    """Return the scalars of an event; histograms, images and texts are passed over.

    Raises:
        Damaged: that is no event.
    """
    time, step, summaries = 0.0, 0, []
    try:
        for number, _, value in fields(event):
            if number == 1 and isinstance(value, bytes):
                (time,) = struct.unpack("<d", value)
            elif number == 2 and isinstance(value, int):
                step = value
            elif number == 5 and isinstance(value, bytes):
                summaries.append(value)
        for summary in summaries:
            for number, _, one in fields(summary):
                if number == 1 and isinstance(one, bytes) and (told := _scalar(one)):
                    yield Scalar(told[0], step, told[1], time)
    except (ValueError, struct.error) as error:
        raise Damaged(str(error)) from error


def _scalar(message: bytes) -> tuple[str, float] | None:
    tag, number = "", None
    for field, _, value in fields(message):
        if field == 1 and isinstance(value, bytes):
            tag = value.decode("utf-8", "replace")
        elif field == 2 and isinstance(value, bytes):
            (number,) = struct.unpack("<f", value)
        elif field == 8 and isinstance(value, bytes):
            number = _only(_tensor(fields(value)))
    return (tag, number) if tag and number is not None else None


def _tensor(parts: Iterable[tuple[int, int, Value]]) -> list[float]:
    """The numbers of a tensor; none of one with more than one element."""
    kind, size, content, listed = 0, 1, b"", []
    for field, _, value in parts:
        if field == 1 and isinstance(value, int):
            kind = value
        elif field == 2 and isinstance(value, bytes):
            size = _size(value)
        elif field == 4 and isinstance(value, bytes):
            content = value
        elif field in _LISTS:
            listed += numbers(value, _LISTS[field])
    form = _CONTENT.get(kind)
    if size != 1 or form is None:
        return []
    return listed or (numbers(content, form) if content else [0.0])


def _size(shape: bytes) -> int:
    sizes = [
        value
        for field, _, dimension in fields(shape)
        if field == 2 and isinstance(dimension, bytes)
        for number, _, value in fields(dimension)
        if number == 1 and isinstance(value, int)
    ]
    return math.prod(sizes)


def _only(found: list[float]) -> float | None:
    return float(found[0]) if len(found) == 1 else None
