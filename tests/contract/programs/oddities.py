"""Logs forty kinds of values, one after another, beside a metric that is always a number."""

import decimal
import fractions
import math
import sys
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np

import ahnb_client


class Raises:
    """Raises whatever it is asked."""

    def __float__(self) -> float:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no")


class SaysText:
    """Its float is none."""

    def __float__(self) -> Any:
        return "text"


NUMBERS: list[Any] = [
    *(1, -1, True, 0.5, 1e308, 5e-324, -0.0, 2**53, fractions.Fraction(1, 4), decimal.Decimal(2)),
    *(np.float16(0.5), np.float32(0.5), np.float64(0.5), np.longdouble(0.5), np.int8(3)),
    *(np.int64(-3), np.uint64(3), np.bool_(True), ml_dtypes.bfloat16(0.5), np.array(0.5)),
    *(np.array([0.5]), np.array([[0.5]]), math.inf, -math.inf),
]
OTHERS: list[Any] = [
    *(None, "0.5", b"0.5", bytearray(b"1"), [], [1.0, 2.0], {}, {"a": 1}, 10**400, object()),
    *(np.array([1.0, 2.0]), np.array([]), "", Raises(), SaysText(), lambda: 1.0),
]

if __name__ == "__main__":
    assert len(NUMBERS) + len(OTHERS) == 40
    folder = Path(sys.argv[1])
    with ahnb_client.run() as run, (folder / "loop.csv").open("w") as truth:
        (folder / "loop.run").write_text(run.id)
        for step, value in enumerate([*NUMBERS, *OTHERS]):
            run.log({"odd": value, "sound": step / 7}, step=step)
            if step < len(NUMBERS):
                truth.write(
                    f"odd,{step},{float(value.item() if hasattr(value, 'item') else value)!r}\n"
                )
            truth.write(f"sound,{step},{step / 7!r}\n")
