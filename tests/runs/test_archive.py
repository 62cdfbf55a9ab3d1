"""A run taken away holds every point exactly, and reads back with the standard library."""

import csv
import hashlib
import io
import json
import math
import re
import uuid
import zipfile
from typing import Any

import pytest

from ahnb_platform.errors import Missing
from runs import metrics, queries, services
from runs.archive.archive import archive_of
from runs.archive.drawing import drawing_of
from runs.archive.page import page_of
from runs.metrics.limits import Limits
from runs.notes import add_note
from runs.quotes.services import take_quote
from runs.quotes.values import Choice
from tests import cast
from tests.runs.batches import batch, event
from tests.sketches import send_events

pytestmark = pytest.mark.django_db
NAN, INF = float("nan"), float("inf")


def opened(parts: Any) -> zipfile.ZipFile:
    found = zipfile.ZipFile(io.BytesIO(b"".join(parts)))
    assert found.testzip() is None
    manifest = json.loads(found.read("manifest.json"))
    assert {one["path"] for one in manifest["files"]} == set(found.namelist()) - {"manifest.json"}
    for one in manifest["files"]:
        data = found.read(one["path"])
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["bytes"], one["sha256"])
    return found


def taken(run: Any, user: Any) -> zipfile.ZipFile:
    return opened(archive_of(user, run.id, server="https://ahnb.example", within=None))


def points_in(found: zipfile.ZipFile, name: str) -> list[tuple[int, float, str]]:
    """Attempt, step and value of every point; values as `repr`, so that NaN equals itself."""
    (entry,) = (one for one in json.loads(found.read("metrics.json")) if one["name"] == name)
    rows = list(csv.reader(io.StringIO(found.read(entry["file"]).decode())))
    assert rows[0] == ["attempt", "x" if entry["unit"] == "time" else entry["unit"],
                       "time", "at_step", "value"]  # fmt: skip
    assert entry["points"] == len(rows) - 1
    return [(int(row[0]), float(row[1]), repr(float(row[4]))) for row in rows[1:]]


def sent(writer: str, seq: int, attempt: int, steps: list[int], values: list[Any]) -> Any:
    axis = {"unit": "step", "steps": steps}
    column = {"axis": 0, "v": [cast.plain_number(value) for value in values]}
    return batch(seq, writer, attempt=attempt, axes=[axis], metrics={"loss": column})


def test_every_point_of_attempts_and_writers_is_there(run, bob) -> None:
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    begun = event("attempt", {"attempt": 1, "from_step": 3})
    for one in (
        sent(first, 1, 0, [0, 1, 2, 3, 4], [0.1 + 0.2, NAN, INF, -INF, 5e-324]),
        sent(second, 1, 0, [0, 2, 2], [1 / 3, 2.0, -0.0]),
        {**sent(second, 2, 1, [3, 4], [1.7976931348623157e308, 0.1]), "events": [begun]},
    ):
        services.store_batch(run=run, batch=one)
    cast.log_points(run, {"system/cpu": [1.5, NAN]}, unit="time")
    wanted = [
        (0, 0, 0.1 + 0.2), (0, 0, 1 / 3), (0, 1, NAN), (0, 2, INF), (0, 2, 2.0), (0, 2, -0.0),
        (0, 3, -INF), (0, 4, 5e-324), (1, 3, 1.7976931348623157e308), (1, 4, 0.1),
    ]  # fmt: skip
    stated = [(attempt, float(x), repr(value)) for attempt, x, value in wanted]
    assert points_in(taken(run, bob), "loss") == stated
    # The same after the points moved from where they arrive to where they stay.
    metrics.fold(project_id=run.project_id, run_id=run.id)
    found = taken(run, bob)
    assert points_in(found, "loss") == stated
    assert [value for _, _, value in points_in(found, "system/cpu")] == ["1.5", "nan"]
    delivery = json.loads(found.read("delivery.json"))
    assert delivery["attempts"] == [
        {"attempt": 0, "from_step": 0},
        {"attempt": 1, "from_step": 3},
    ]
    assert {one["writer"]: one["acked"] for one in delivery["writers"]}[second] == 2


def test_points_that_wait_are_put_between_those_that_stay(run, bob) -> None:
    small = Limits(leaf_full=8, leaf=16)
    wanted = []
    for number in range(12):
        steps = [number, number + 5, number + 40, 7]
        wanted += [(step, number + place / 8) for place, step in enumerate(steps)]
        one = services.parse_batch(
            sent(str(uuid.uuid4()), 1, 0, steps, [number + place / 8 for place in range(4)])
        )
        metrics.append(project_id=run.project_id, run_id=run.id, batch=one.batch, limits=small)
        if number == 8:
            metrics.fold(project_id=run.project_id, run_id=run.id, limits=small)
    ordered = sorted(wanted, key=lambda point: point[0])
    assert points_in(taken(run, bob), "loss") == [(0, x, repr(value)) for x, value in ordered]


def test_documents_notes_events_and_quotes_are_there(run, bob) -> None:
    model = {"name": "net", "layers": []}
    send_events(run, ("params", {"a": {"b": "=1+1"}, "big": 10**15}), ("model", model))
    cast.log_points(run, {"loss": [0.5]})
    add_note(run=run, by=bob, text="Well.")
    seen = queries.run_for_user(bob, run.id)
    take_quote(run=seen, by=bob, metric="loss", choice=Choice("last"), via="page")
    found = taken(run, bob)
    assert json.loads(found.read("params.json")) == {"a": {"b": "=1+1"}, "big": 10**15}
    rows = list(csv.reader(io.StringIO(found.read("params.csv").decode())))
    assert rows == [["name", "value"], ["a.b", "'=1+1"], ["big", str(10**15)]]
    assert json.loads(found.read("run.json"))["id"] == str(run.id)
    assert json.loads(found.read("documents/model.json")) == model
    assert json.loads(found.read("notes.json"))[0]["text"] == "Well."
    assert json.loads(found.read("quotes.json"))[0]["exact"] == "0.5"
    events = [json.loads(line) for line in found.read("events.jsonl").splitlines()]
    assert [one["kind"] for one in events] == ["params", "model"]


def test_a_stranger_gets_nothing(run, charlie) -> None:
    for write in (archive_of, page_of):
        with pytest.raises(Missing):
            next(write(charlie, run.id, server="", within=None))


def test_page_api_and_archive_are_the_same(run, bob, client_of, api) -> None:
    cast.log_points(run, {"loss": [0.5]})
    by_page = client_of(bob).get(f"/runs/{run.id}/archive.zip")
    by_api = api.get(f"/api/v1/runs/{run.id}/export/")
    for answer in (by_page, by_api):
        assert answer["Content-Type"] == "application/zip"
        assert points_in(opened(answer.streaming_content), "loss") == [(0, 0.0, "0.5")]
    assert api.get(f"/api/v1/runs/{run.id}/export/?format=pdf").status_code == 400


def test_the_page_without_a_server_loads_and_runs_nothing(digits, bob) -> None:
    hostile = '</style><script>alert(1)</script><img src="//x.example/y">'
    run = cast.make_run(digits, bob, name=hostile, tags=[hostile])
    cast.log_points(run, {hostile: [0.5, NAN, 0.1 + 0.2], "empty": [NAN]})
    add_note(run=run, by=bob, text=hostile)
    parts = page_of(bob, run.id, server="https://ahnb.example", within=None)
    text = b"".join(parts).decode()
    assert "<script" not in text
    assert "<img" not in text
    assert re.findall(r"\b(?:src|href)=\"(?!https://ahnb\.example/runs/)", text) == []
    assert "default-src 'none'; style-src 'sha256-" in text
    assert "0.30000000000000004" in text
    assert text.count("<polygon") == 2


def test_curves_span_the_true_extremes() -> None:
    series = {"unit": "epoch", "x": [0, 10, 20], "min": [-1e308, None, 0.0], "total": 30,
              "max": [1e308, None, 0.5], "nonfinite": [[10, "NaN"]]}  # fmt: skip
    found = drawing_of(series)
    assert found is not None
    heights = [float(y) for one in found.outlines for y in re.findall(r",([\d.]+)", one)]
    assert (min(heights), max(heights)) == (22.0, 158.0)
    assert (found.odd, found.first, found.last) == (["400.0"], "epoch 0", "epoch 20")
    assert all(map(math.isfinite, heights))
