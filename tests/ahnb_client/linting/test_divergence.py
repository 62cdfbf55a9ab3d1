"""D01 says where the loss is no number, and never more than is known."""

import math
from typing import Any

import pytest

from ahnb_client.linting.checking import check

NAN = math.nan


def told(epochs: dict[int, float], batches: dict[int, float]) -> str | None:
    """The text of D01 for these losses; None where it finds nothing."""
    curves: dict[str, Any] = {
        unit: {"loss": {"steps": list(values), "values": list(values.values())}}
        for unit, values in (("epoch", epochs), ("batch", batches))
        if values
    }
    document = {"facts": 1, "curves": {"epoch": {}, "batch": {}, **curves}}
    return next((one.text for one in check(document) if one.id == "D01"), None)


@pytest.mark.parametrize(
    ("epochs", "batches", "text"),
    [
        ({0: 2.3, 1: NAN, 2: NAN}, {}, "the loss is nan since epoch 1"),
        ({0: NAN, 1: NAN}, {0: 2.3, 3: NAN, 9: NAN}, "since epoch 0, first at batch 3"),
        ({0: NAN, 1: 2.3, 2: NAN}, {1: NAN}, "at epochs 0, 2, first at batch 1"),
        ({0: 2.3, 1: 2.2, 2: NAN}, {}, "since epoch 2"),
        ({}, {0: 2.3, 1: NAN, 2: NAN, 3: NAN}, "since batch 1"),
        ({}, {0: 2.3, 1: NAN, 2: 2.2, 3: NAN}, "at batches 1, 3"),
        ({}, {0: 2.3, 1: NAN, 2: NAN, 3: NAN, 900: NAN}, "at batches 1-3, 900"),
        ({}, {0: NAN, 2: NAN, 4: NAN, 6: NAN, 9: NAN}, "at batches 0, 2, 4 and later ones"),
    ],
)
def test_where_the_loss_is_no_number(
    epochs: dict[int, float], batches: dict[int, float], text: str
) -> None:
    found = told(epochs, batches)
    assert found is not None
    assert found.endswith(text)


@pytest.mark.parametrize(
    ("epochs", "batches"),
    [({0: NAN, 1: 2.3}, {0: 2.3, 1: NAN}), ({}, {0: 2.3, 1: NAN, 2: NAN, 3: NAN, 90: 0.4})],
)
def test_a_loss_that_is_a_number_again_is_not_found(
    epochs: dict[int, float], batches: dict[int, float]
) -> None:
    assert told(epochs, batches) is None


def test_one_epoch_is_not_called_epochs() -> None:
    document = {
        "facts": 1,
        "curves": {"epoch": {"loss": {"steps": [0, 1], "values": [NAN, NAN]}}, "batch": {}},
    }
    (text,) = [one.text for one in check(document) if one.id == "WASTE02"]
    assert text == "1 epoch of training after the loss was no number"
