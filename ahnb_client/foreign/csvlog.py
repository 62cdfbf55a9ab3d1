"""The files of `keras.callbacks.CSVLogger`."""

import csv
from pathlib import Path

from ..errors import ConfigurationError
from .recording import Recording

_ABSENT = {"", "NA"}  # CSVLogger writes NA where an epoch has no such metric


def read_csv(path: Path) -> Recording:
    """Return the metrics by epoch; the time of each is that of the file.

    A file that several fits were appended to has their epochs one after another.

    Raises:
        ConfigurationError: it has no column `epoch`, or cannot be read.
    """
    try:
        at = path.stat().st_mtime
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            separator = max(",;\t", key=head.count)
            file.seek(0)
            rows = list(csv.DictReader(file, delimiter=separator))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    if "epoch" not in head.strip().split(separator):
        raise ConfigurationError(f"{path} has no column “epoch”: CSVLogger did not write it")
    recording = Recording(path.stem, path)
    last, shift = -1, 0
    for row in rows:
        epoch = _number(row.pop("epoch"))
        if epoch is None or epoch < 0 or epoch != int(epoch):
            recording.leave_out("rows without an epoch")
            continue
        if int(epoch) + shift <= last:
            shift = last + 1 - int(epoch)
        last = int(epoch) + shift
        _add_row(recording, last, row, at)
    return recording


def _add_row(recording: Recording, epoch: int, row: dict[str, str], at: float) -> None:
    for name, text in row.items():
        if not name or not isinstance(text, str) or text in _ABSENT:
            continue
        number = _number(text)
        if number is None:
            recording.leave_out("values that are no number")
        else:
            recording.add("epoch", name, epoch, number, at)


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
