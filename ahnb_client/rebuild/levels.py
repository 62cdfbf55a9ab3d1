"""How far a run can be trusted to repeat, said only as far as it was tried."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """From "it is written down" to "the same numbers again"."""

    NOTHING = -1
    RECORDED = 0  # model, environment and code are in the record
    REBUILDABLE = 1  # the compiled model was made again, in a process of its own
    RERUNNABLE = 2  # the program was made again, and ran to its end
    REPRODUCED = 3  # its last values are the first run's, within the tolerance
    BIT_IDENTICAL = 4  # every value and the trained weights are the same


WORDS = {
    Level.NOTHING: "not recorded",
    Level.RECORDED: "recorded",
    Level.REBUILDABLE: "re-buildable",
    Level.RERUNNABLE: "re-runnable",
    Level.REPRODUCED: "reproduced",
    Level.BIT_IDENTICAL: "bit-identical",
}


@dataclass
class Comparison:
    """What two runs have in common."""

    level: Level
    same: list[str] = field(default_factory=list)  # metrics with equal values throughout
    close: list[str] = field(default_factory=list)  # equal at the end within the tolerance
    other: list[str] = field(default_factory=list)  # and those that are not, in words
    weights: str = "not recorded"  # equal, other, not recorded


def compare(
    one: Mapping[str, Any],
    other: Mapping[str, Any],
    weights: tuple[str | None, str | None] = (None, None),
    *,
    tolerance: float = 0.01,
) -> Comparison:
    """Compare the series of a run with those of its repetition.

    Args:
        one, other: series by metric, as the API gives them, without those by time.
        weights: hashes of the trained weights, None where there is none.
        tolerance: relative, of the last values.
    """
    found = Comparison(Level.RERUNNABLE)
    for name in sorted({*one, *other}):
        told = _told(name, one.get(name), other.get(name), tolerance)
        (found.same if told == "same" else found.close if told == "close" else found.other).append(
            name if told in {"same", "close"} else told
        )
    if all(weights):
        found.weights = "equal" if weights[0] == weights[1] else "other"
    if not found.other and (found.same or found.close):
        is_identical = not found.close and found.weights == "equal"
        found.level = Level.BIT_IDENTICAL if is_identical else Level.REPRODUCED
    return found


def _told(
    name: str, one: Mapping[str, Any] | None, other: Mapping[str, Any] | None, tolerance: float
) -> str:
    if not one or not other or not one["total"] or not other["total"]:
        return f"{name} is in one of the runs only"
    if all(one[part] == other[part] for part in ("total", "x", "min", "max", "nonfinite")):
        return "same"
    last, again = one["last"], other["last"]
    if not last or not again or last[0] != again[0]:
        return f"{name} ends at another step"
    if math.isclose(last[1], again[1], rel_tol=tolerance):
        return "close"
    return f"{name} ends at {again[1]:.6g} instead of {last[1]:.6g}"


def recorded_parts(record: Mapping[str, Any]) -> list[str]:
    """Return what of a record is missing for a repetition, in words."""
    environment, code = record.get("environment") or {}, record.get("code") or {}
    has = {
        "the model": bool(record.get("model")),
        "the code": bool(code.get("source") or code.get("cells") or code.get("git")),
        "the command": bool(environment.get("command") or code.get("cells")),
        "the packages": bool(environment.get("packages")),
        "the form of the data": bool(record.get("data")),
        "a seed": environment.get("seed") is not None,
    }
    return [name for name, is_there in has.items() if not is_there]
