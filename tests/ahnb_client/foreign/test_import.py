"""`ahnb import`: files of CSVLogger and TensorBoard become runs, through the spool."""

import json
import math
import struct
from pathlib import Path

import pytest

from ahnb_client.cli import main
from ahnb_client.errors import ConfigurationError
from ahnb_client.foreign.csvlog import read_csv
from ahnb_client.foreign.tfevents import metric_of, recordings
from ahnb_client.foreign.tfrecord import masked_crc

from ..server import KEY, Store, StubServer

T0 = 1_763_870_000.0


def field(number: int, kind: int, data: bytes) -> bytes:
    """A field of a protocol buffer; `kind` 2 gets its length."""
    return bytes([number << 3 | kind]) + (bytes([len(data)]) if kind == 2 else b"") + data


def event(step: int, *values: bytes) -> bytes:
    summary = b"".join(field(1, 2, value) for value in values)
    head = field(1, 1, struct.pack("<d", T0 + step)) + field(2, 0, bytes([step]))
    return head + field(5, 2, summary)


def simple(tag: str, value: float) -> bytes:
    """A scalar of TensorFlow 1."""
    return field(1, 2, tag.encode()) + bytes([2 << 3 | 5]) + struct.pack("<f", value)


def tensor(tag: str, value: float, content: bool = True) -> bytes:
    """A scalar of TensorFlow 2: a float32 tensor without dimensions."""
    packed = struct.pack("<f", value)
    body = field(4, 2, packed) if content else field(5, 2, packed)
    return field(1, 2, tag.encode()) + field(8, 2, field(1, 0, b"\x01") + field(2, 2, b"") + body)


def histogram(tag: str) -> bytes:
    shape = field(2, 2, field(2, 2, field(1, 0, b"\x03")))
    return field(1, 2, tag.encode()) + field(8, 2, field(1, 0, b"\x02") + shape)


def write_events(path: Path, *events: bytes, cut: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = b""
    for one in events:
        length = struct.pack("<Q", len(one))
        data += length + struct.pack("<I", masked_crc(length))
        data += one + struct.pack("<I", masked_crc(one))
    path.write_bytes(data[: len(data) - cut])
    return path


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """What Keras' TensorBoard callback leaves."""
    folder = tmp_path / "logs"
    train = [event(n, tensor("epoch_loss", 1 / (n + 1)), histogram("kernel")) for n in range(3)]
    write_events(folder / "train/events.out.tfevents.1.host.v2", *train)
    held_out = [event(n, tensor("epoch_loss", 2.0, content=False)) for n in range(3)]
    write_events(folder / "validation/events.out.tfevents.1.host.v2", *held_out)
    return folder


@pytest.fixture
def ready(server: StubServer, monkeypatch: pytest.MonkeyPatch) -> StubServer:
    monkeypatch.setenv("AHNB_SERVER", server.address)
    monkeypatch.setenv("AHNB_API_KEY", KEY)
    monkeypatch.setenv("AHNB_PROJECT", "team/project")
    return server


def test_the_checksum_is_the_published_one() -> None:
    # CRC-32C of "123456789" is E3069283 (RFC 3720 and the catalogue of CRCs).
    crc = 0xE3069283
    assert masked_crc(b"123456789") == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def test_kerass_folders_are_one_run(logs: Path) -> None:
    (found,) = recordings(logs)
    assert found.name == "logs"
    assert found.points["epoch", "loss"] == {
        n: (pytest.approx(1 / (n + 1)), T0 + n) for n in range(3)
    }
    assert found.points["epoch", "val_loss"][2] == (2.0, T0 + 2)
    assert len(found.points) == 2


def test_other_folders_are_runs_of_their_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_events(tmp_path / name / "x.tfevents.1", event(5, simple("Loss/train", 0.5)))
    found = recordings(tmp_path)
    assert [one.name for one in found] == ["a", "b"]
    assert found[0].points == {("step", "Loss/train"): {5: (0.5, T0 + 5)}}


def test_an_end_that_was_cut_off_costs_its_record_alone(tmp_path: Path) -> None:
    events = [event(n, simple("a", n)) for n in range(3)]
    path = write_events(tmp_path / "x.tfevents.1", *events, cut=5)
    assert list(recordings(path)[0].points["step", "a"]) == [0, 1]


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    path = write_events(tmp_path / "x.tfevents.1", *[event(n, simple("a", n)) for n in range(3)])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    (found,) = recordings(path)
    assert found.left_out == {"damaged ends of files": 1}
    assert 0 in found.points["step", "a"]


@pytest.mark.parametrize(
    ("tag", "prefix", "expected"),
    [
        ("epoch_learning_rate", "", ("epoch", "learning_rate")),
        ("batch_loss", "", ("step", "batch/loss")),
        ("evaluation_loss_vs_iterations", "val_", ("step", "evaluate/loss")),
        ("epoch_loss", None, ("step", "epoch_loss")),
        ("own", "", ("step", "own")),
    ],
)
def test_kerass_tags_get_our_names(tag: str, prefix: str | None, expected: tuple[str, str]) -> None:
    assert metric_of(tag, prefix) == expected


def test_csv_of_several_fits_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "training.csv"
    path.write_text("epoch,loss,val_loss\n0,0.5,NA\n1,nan,0.4\n0,0.3,oops\n")
    found = read_csv(path)
    loss = {epoch: value for epoch, (value, _) in found.points["epoch", "loss"].items()}
    assert (loss[0], math.isnan(loss[1]), loss[2]) == (0.5, True, 0.3)
    assert list(found.points["epoch", "val_loss"]) == [1]
    assert found.left_out == {"values that are no number": 1}


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\0\1"])
def test_a_file_that_csvlogger_did_not_write_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(text)
    with pytest.raises(ConfigurationError):
        read_csv(path)


def test_imported_runs_arrive(
    ready: StubServer, store: Store, logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = logs.parent / "training.csv"
    table.write_text("epoch;loss\n0;0.5\n1;0.25\n")
    assert main(["import", str(logs), str(table), "--group", "old", "--json"]) == 0
    events, rows = json.loads(capsys.readouterr().out)["runs"]
    assert (events["state"], rows["state"]) == ("delivered", "delivered")
    assert store.points(events["run"], "val_loss") == [(0, 2.0), (1, 2.0), (2, 2.0)]
    assert store.points(rows["run"], "loss") == [(0, 0.5), (1, 0.25)]
    assert store.status(rows["run"]) == "finished"
    made = store.runs[events["run"]]
    assert (made["name"], made["group"], made["tags"]) == ("logs", "old", ["imported"])
    assert made["started_at"].startswith("2025-11-23T")


def test_without_a_server_an_import_waits_for_sync(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(logs), "--project", "team/project"]) == 1
    assert "`ahnb sync` sends it" in capsys.readouterr().out


def test_a_dry_run_records_nothing(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(logs), "--dry-run"]) == 0
    assert "6 points of 2 metrics" in capsys.readouterr().out
    assert not (tmp_path / "spool").exists()
