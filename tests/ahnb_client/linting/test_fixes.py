"""What is proposed mends what was found, on the data and the back end that it was found on."""

from typing import Any

import pytest

from ahnb_client.linting.checking import check
from ahnb_client.linting.finding import Finding
from tests.ahnb_client.linting.trainings import facts

PIXELS = {"shape": [60, 28, 28, 1], "min": 0.0, "max": 255.0, "mean": 33.0, "std": 78.0}
NORMAL = {"shape": [1_000, 8], "min": -4.1, "max": 3.9, "mean": 0.0, "std": 1.0}
PRICES = {"shape": [1_000, 8], "min": 1.0, "max": 90_000.0, "mean": 900.0, "std": 4_000.0}


def finding(document: dict[str, Any], rule: str) -> Finding | None:
    """What a rule finds; None if nothing."""
    return next((one for one in check(document, strict=True) if one.id == rule), None)


@pytest.mark.parametrize(("rows", "size"), [(2, 1), (10, 2), (32, 8), (100, 16), (5_000, 32)])
def test_smaller_batches_are_several(rows: int, size: int) -> None:
    document = {
        "params": {"fit": {"batch_size": max(rows, 32)}},
        "data": {"samples": rows},
    }
    found = finding(document, "FIT02")
    assert found is not None
    assert found.fix == f"fit(…, batch_size={size})"
    document["params"]["fit"]["batch_size"] = size
    assert finding(document, "FIT02") is None


@pytest.mark.parametrize(
    ("inputs", "fix"),
    [
        (PIXELS, "layers.Rescaling(1 / 255) first"),
        (PRICES, "layers.Normalization(); normalization.adapt(x) first"),
        (NORMAL, "begin with smaller weights"),
        ({"raw": True}, "normalization.adapt(x) first, or smaller initial weights"),
    ],
)
@pytest.mark.parametrize(
    ("rule", "more"),
    [
        ("D02", {}),
        (
            "D16",
            {
                "loss": "mean_squared_error",
                "units": 1,
                "target": {"shape": [1_000, 1], "rows": 1_000, "mean": 0.0, "std": 1.0},
            },
        ),
    ],
)
def test_large_first_outputs_are_mended_where_they_come_from(
    rule: str, more: dict[str, Any], inputs: dict[str, Any], fix: str
) -> None:
    document = facts({}, {"loss": [400.0]}, **more)
    document["data"]["statistics"]["x"] = inputs
    found = finding(document, rule)
    assert found is not None
    assert fix in found.fix


@pytest.mark.parametrize(
    ("backend", "word", "said"),
    [
        ("tensorflow", "thawed", "became trainable after compile, which has no effect"),
        ("tensorflow", "frozen", "became frozen after compile, which has no effect"),
        ("jax", "thawed", "became trainable after compile, and this fit fails"),
        ("jax", "frozen", "became frozen after compile, and this fit fails"),
        ("torch", "thawed", "became trainable after compile, and this fit fails"),
        ("torch", "frozen", None),
    ],
)
def test_what_becomes_of_a_change_after_compile_is_that_of_the_back_end(
    backend: str, word: str, said: str | None
) -> None:
    found = finding({"model": {"backend": backend, "compile": {word: ["dense"]}}}, "FRZ02")
    assert (found is None) == (said is None)
    assert found is None or str(said) in found.text
