"""Images, histograms, confusion matrices and tables: what is made of what people have at hand."""

import io
import zlib
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ahnb_client.media.images import MOST_PNG_BYTES, image_of
from ahnb_client.media.made import confusion_of, histogram_of, table_of
from ahnb_client.run import Run
from tests.ahnb_client.unspeakable import Unspeakable

from .server import Store

Begin = Callable[..., Run]


def pixels_of(data: dict[str, Any]) -> np.ndarray:
    """The pixels of a PNG as `image_of` writes them, read by its format alone."""
    png = b64decode(data["png"])
    width, height = np.frombuffer(png[16:24], ">u4")
    channels = {0: 1, 4: 2, 2: 3, 6: 4}[png[25]]
    length = int.from_bytes(png[33:37], "big")
    assert png[37:41] == b"IDAT"
    lines = np.frombuffer(zlib.decompress(png[41 : 41 + length]), np.uint8)
    lines = lines.reshape(height, 1 + width * channels)
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(height, width, channels)


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 1), (3, 5, 2), (3, 5, 3), (3, 5, 4)])
def test_bytes_come_back_as_they_were(shape: tuple[int, ...]) -> None:
    image = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    data = image_of(image)
    assert np.array_equal(pixels_of(data).reshape(shape), image)
    assert "caption" not in data


def test_floats_from_0_to_1_are_taken_as_they_are() -> None:
    data = image_of(np.array([[0.0, 0.5, 1.0]], np.float32))
    assert pixels_of(data).ravel().tolist() == [0, 128, 255]
    assert "caption" not in data


def test_other_numbers_are_stretched_and_this_is_said() -> None:
    data = image_of(np.array([[-1.0, 0.0, 1.0]]))
    assert pixels_of(data).ravel().tolist() == [0, 128, 255]
    assert data["caption"] == "stretched from -1 to 1"


def test_what_is_not_finite_is_said() -> None:
    data = image_of(np.array([[np.nan, 1.0, np.inf]]))
    assert data["caption"] == "2 values not finite, drawn as 0"
    assert pixels_of(data).ravel().tolist() == [0, 255, 0]
    assert "3 values not finite" in image_of(np.full((1, 3), np.nan))["caption"]


def test_an_image_that_is_too_large_loses_pixels_and_says_so() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (900, 900, 3), dtype=np.uint8)
    data = image_of(noise)
    assert len(b64decode(data["png"])) <= MOST_PNG_BYTES
    assert data["caption"] == "every 2nd pixel of 900 × 900"
    assert np.array_equal(pixels_of(data), noise[::2, ::2])


def test_figures_are_saved_by_themselves() -> None:
    class Figure:
        def savefig(self, into: io.BytesIO, format: str) -> None:  # noqa: A002 - as Matplotlib's
            assert format == "png"
            into.write(b64decode(image_of(np.zeros((2, 2), np.uint8))["png"]))

    assert pixels_of(image_of(Figure())).shape == (2, 2, 1)


@pytest.mark.parametrize(
    "image", [np.zeros((2, 2, 7)), np.zeros(3), np.zeros((0, 3)), b"GIF89a", 7]
)
def test_what_is_no_image_is_refused(image: Any) -> None:
    with pytest.raises(ValueError, match=r"image|PNG"):
        image_of(image)


def test_a_histogram_counts_every_finite_value() -> None:
    data = histogram_of(np.array([[0.0, 1.0], [np.nan, 4.0]]), bins=4)
    assert data["counts"] == [1, 1, 0, 1]
    assert data["edges"] == [0, 1, 2, 3, 4]
    assert data["caption"] == "1 not finite, left out"


@pytest.mark.parametrize(
    "values", [[0.0], [5.0] * 9, [1.0, 1.0000000000000002], [-1.7e308, 1.7e308], [5e-324, 0]]
)
def test_odd_values_have_a_histogram_with_rising_edges(values: list[float]) -> None:
    data = histogram_of(values)
    assert sum(data["counts"]) == len(values)
    assert (np.diff(data["edges"]) > 0).all()


def test_nothing_finite_has_no_histogram() -> None:
    with pytest.raises(ValueError, match="finite"):
        histogram_of([np.nan, np.inf])


def test_a_confusion_matrix_of_classes_and_of_probabilities() -> None:
    data = confusion_of([0, 1, 2, 2], [[0.9, 0.1, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1]])
    assert data["counts"] == [[1, 0, 0], [0, 1, 0], [1, 0, 1]]
    assert data["labels"] == ["0", "1", "2"]
    assert confusion_of([0, 1], [1, 1], labels=["cat", "dog"])["labels"] == ["cat", "dog"]


@pytest.mark.parametrize(
    ("is_", "was", "labels"),
    [
        ([0, 1], [0], None),
        ([], [], None),
        ([0, 5], [0, 1], ["a"]),
        ([-1], [0], None),
        ([0.5], [0], None),
    ],
)
def test_what_makes_no_matrix_is_refused(is_: Any, was: Any, labels: Any) -> None:
    with pytest.raises(ValueError, match=r"labels|classes"):
        confusion_of(is_, was, labels)


@pytest.mark.parametrize(
    "rows",
    [
        pd.DataFrame({"word": ["a", "b"], "n": [1, 2]}),
        {"word": ["a", "b"], "n": np.array([1, 2])},
        [{"word": "a", "n": 1}, {"word": "b", "n": np.int64(2)}],
    ],
)
def test_tables_come_in_many_forms(rows: Any) -> None:
    data = table_of(rows)
    assert data == {"type": "table", "columns": ["word", "n"], "rows": [["a", 1], ["b", 2]]}


def test_rows_want_heads_of_their_length() -> None:
    assert table_of([[1, None]], ["a", "b"])["rows"] == [[1, None]]
    with pytest.raises(ValueError, match="each of its columns"):
        table_of([[1, 2], [1]], ["a", "b"])
    assert table_of([[1]] * 2003, ["a"])["caption"] == "3 further rows left out"


def test_a_run_records_them_under_its_steps(begin: Begin, store: Store) -> None:
    run = begin()
    run.log({"loss": 1.0}, step=40)
    run.log_image("sample", np.zeros((2, 2), np.uint8), caption="first")
    run.log_histogram("weights", [1.0, 2.0], step=41, bins=2)
    run.log_confusion_matrix("val", [0, 1], [0, 1])
    run.log_table("errors", [{"word": "a"}])
    assert run.wait(10)
    found = store.events(run.id, "media")
    assert [(one["name"], one["type"], one["step"]) for one in found] == [
        ("sample", "image", 40),
        ("weights", "histogram", 41),
        ("val", "confusion", 40),
        ("errors", "table", 40),
    ]
    assert found[0]["caption"] == "first"


def test_what_cannot_be_made_is_told_once_a_name_and_never_raised(
    begin: Begin, capsys: pytest.CaptureFixture[str]
) -> None:
    run = begin(strict=False)
    for _ in range(3):
        run.log_image("sample", object())
        run.log_table("errors", 7)
    told = capsys.readouterr().err
    assert told.count("not recorded (client-error): sample: ") == 1
    assert told.count("not recorded (client-error): errors: ") == 1
    run.log_histogram(Unspeakable(), [])  # type: ignore[arg-type]
    assert "<Unspeakable>" in capsys.readouterr().err
