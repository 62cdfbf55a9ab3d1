"""The commands of `ahnb` that read the server, as a person runs them."""

import json
import subprocess
import zipfile

import pytest
from pytest_django import DjangoDbBlocker

from ahnb_client.config import Config
from ahnb_client.run import Run
from ahnb_platform.accounts.models import User
from tests import cast
from tests.contract.stage import PROJECT, Stage

pytestmark = pytest.mark.django_db


class Patient(Stage):
    """The same machine with other settings."""

    def __init__(self, stage: Stage, settings: dict[str, str]) -> None:
        super().__init__(stage.server, stage.token, stage.home)
        self._settings = settings

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, **self._settings}


def recorded(stage: Stage, name: str, width: int, numpy: str) -> Run:
    """A finished run of the real client."""
    config = Config(stage.server.url, stage.token, PROJECT, directory=stage.home / "spool")
    run = Run(config=config, name=name, params={"width": width, "seed": 1}, strict=True)
    run.log({"loss": 1 / width}, step=0, unit="epoch")
    run.event("environment", {"python": "3.11.7", "packages": {"numpy": numpy, "keras": "3.15"}})
    run.event("model", {"name": "net", "class": "Model", "parameters": 650, "layers": []})
    source = {"path": "train.py", "source": f"width = {width}\n", "sha256": "0"}
    run.event("code", {"kind": "script", "modules": [source], "git": {"commit": "abc"}})
    run.finish()
    assert run.wait(30)
    return run


@pytest.fixture(scope="module")
def stage(shared_stage: Stage) -> Stage:
    return shared_stage


@pytest.fixture(scope="module")
def runs(stage: Stage) -> list[Run]:
    wide = recorded(stage, "wide", 64, "2.2")
    return [wide, recorded(stage, "narrow", 8, "2.3")]


def printed(done: subprocess.CompletedProcess[str], code: int = 0) -> str:
    assert done.returncode == code, done.stderr
    return done.stdout


def test_runs_are_a_table(stage, runs):
    head, *rows = printed(stage.ahnb("runs", "--order", "number")).splitlines()
    assert head.split() == ["number", "name", "status", "started", "duration", "metrics.loss"]
    assert [row.split()[:3] for row in rows] == [
        ["1", "wide", "finished"],
        ["2", "narrow", "finished"],
    ]


def test_runs_are_filtered_cut_and_show_the_chosen_columns(stage, runs):
    columns = ("--columns", "name,params.width,metrics.loss.min")
    table = printed(stage.ahnb("runs", PROJECT, "-q", "params.width < 10", *columns))
    assert table.splitlines()[1].split() == ["narrow", "8", "0.125"]
    found = json.loads(printed(stage.ahnb("runs", "--limit", "1", "--json")))
    assert [run["name"] for run in found["runs"]] == ["narrow"]
    assert "No run" in printed(stage.ahnb("runs", "-q", "params.width > 100"))


def test_exit_codes_tell_what_went_wrong(stage, runs):
    assert "no field" in stage.ahnb("runs", "-q", "colour = 3").stderr
    assert stage.ahnb("runs", "-q", "colour = 3").returncode == 5
    assert stage.ahnb("show", f"{PROJECT}#99").returncode == 1
    assert stage.ahnb("show").returncode == 2
    assert stage.ahnb("runs", without=("AHNB_SERVER", "AHNB_API_KEY")).returncode == 1


@pytest.mark.parametrize(
    ("option", "typed", "pointed"),
    [
        ("-q", "status = finishd", "  status = finishd\n           ^"),
        ("-q", "name = 'x' and\nnosuch = 1", "  nosuch = 1\n  ^"),
        ("--order=-colour", "", "  -colour\n   ^"),
    ],
)
def test_a_query_that_cannot_be_read_is_pointed_at(stage, runs, option, typed, pointed):
    done = stage.ahnb("runs", *([option, typed] if typed else [option]))
    assert done.returncode == 5
    assert done.stderr.endswith(f"\n{pointed}\n")


def test_a_metric_that_no_run_has_is_told_beside_the_runs(stage, runs):
    done = stage.ahnb("runs", "-q", "metrics.los is missing", "--json")
    assert len(json.loads(printed(done))["runs"]) == 2
    assert done.stderr == "ahnb: No run has a metric “los”; did you mean metrics.loss?\n"


def test_a_server_that_is_away_has_a_code_of_its_own(stage, runs):
    done = Patient(stage, {"AHNB_SERVER": "http://127.0.0.1:9"}).ahnb("runs")
    assert (done.returncode, "no connection" in done.stderr) == (4, True)


def test_a_run_is_shown(stage, runs):
    shown = printed(stage.ahnb("show", f"{PROJECT}#1"))
    for part in (
        "wide",
        runs[0].id,
        "finished",
        "loss",
        "0.015625",
        "width",
        "650 parameters",
        "Finished",
    ):
        assert part in shown
    document = json.loads(printed(stage.ahnb("show", runs[0].id, "--json")))
    assert (document["id"], document["params"]["width"]) == (runs[0].id, 64)


def test_a_note_is_written_from_the_command_line(stage, runs):
    assert "#2" in printed(stage.ahnb("note", f"{PROJECT}#2", "too small", "--step", "0"))
    assert printed(stage.ahnb("note", "#2", "-", typed="of the\npipe\n"))
    notes = json.loads(printed(stage.ahnb("show", "#2", "--json")))["remarks"]
    assert [(note["step"], note["text"]) for note in notes] == [
        (0, "too small"),
        (None, "of the\npipe"),
    ]


def test_differences_come_first(stage, runs):
    told = printed(stage.ahnb("diff", "#1", "#2"), 3)
    assert [line.split() for line in told.splitlines() if "numpy" in line] == [
        ["numpy", "2.2", "2.3"]
    ]
    assert "-width = 64" in told
    assert "+width = 8" in told
    assert "seed" not in told
    found = json.loads(printed(stage.ahnb("diff", "#1", "#2", "--json"), 3))
    assert found["params"]["different"] == {"width": [64, 8]}
    assert found["params"]["same"] == {"seed": 1}
    assert found["packages"]["same"] == {"python": "3.11.7", "keras": "3.15"}


def test_a_run_does_not_differ_from_itself(stage, runs):
    assert "the same: " in printed(stage.ahnb("diff", "#1", "#1"))


def test_a_run_that_is_not_there_is_named(stage, runs):
    missing = "0192f3aa-0000-7000-8000-000000000000"
    done = stage.ahnb("diff", "#1", missing)
    assert done.returncode == 1
    assert done.stderr.startswith(f"ahnb: {missing}: ")


@pytest.mark.parametrize("place", ["nowhere/x.zip", "file/x.zip", "folder"])
@pytest.mark.parametrize("form", [[], ["--html"]])
def test_a_file_that_cannot_be_written_is_one_line(stage, runs, tmp_path, place, form):
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "folder").mkdir()
    done = stage.ahnb("export", "#1", *form, "-o", str(tmp_path / place))
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"ahnb: {tmp_path / place}: ")
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix) == []


def test_doctor_finds_everything_well(stage, runs):
    lines = printed(stage.ahnb("doctor")).splitlines()
    assert not [line for line in lines if line.startswith("fail")]
    for part in ("answers", "as the server's", "editor@example.org", "may write runs", "editor of"):
        assert any(part in line for line in lines), part


def doctored(stage: Stage, **settings: str) -> dict[str, dict[str, str]]:
    """The failing checks of the doctor with other settings."""
    patient = Patient(stage, settings)
    report = json.loads(patient.ahnb("doctor", "--json").stdout)
    return {check["check"]: check for check in report["checks"] if check["state"] == "fail"}


@pytest.mark.parametrize(
    ("settings", "check", "words"),
    [
        ({"AHNB_SERVER": "http://127.0.0.1:9"}, "connection", "start the server"),
        ({"AHNB_API_KEY": "ahnb_00000000_no"}, "person", "ahnb login"),
        ({"AHNB_PROJECT": "other/secret"}, "access", "ask an owner"),
        ({"AHNB_MODE": "offline"}, "mode", "AHNB_MODE"),
        ({"AHNB_DIR": "/dev/null/spool"}, "records", "AHNB_DIR"),
    ],
    ids=["away", "key", "project", "offline", "folder"],
)
def test_doctor_names_what_is_wrong_and_what_to_do(stage, runs, settings, check, words):
    failing = doctored(stage, **settings)
    assert list(failing) == [check]
    assert words in failing[check]["todo"]


@pytest.fixture(scope="module")
def reading_token(token: str, django_db_blocker: DjangoDbBlocker) -> str:
    """The editor's token for reading alone."""
    with django_db_blocker.unblock():
        return cast.token_of(User.objects.get(email="editor@example.org"), ["read"])


def test_doctor_sees_a_key_that_may_only_read(stage, runs, reading_token):
    assert list(doctored(stage, AHNB_API_KEY=reading_token)) == ["scopes"]


def test_a_value_is_quoted_in_every_form(stage, runs):
    text = printed(stage.ahnb("quote", f"{PROJECT}#1", "loss"))
    assert text.startswith("loss = 0.01562 (exactly 0.015625), best (lowest), at epoch 0 (the 1st")
    latex = printed(stage.ahnb("quote", f"{PROJECT}#1", "loss", "--last", "--format", "latex"))
    assert "\\texttt{loss}" in latex
    told = printed(stage.ahnb("quote", f"{PROJECT}#1", "loss", "--step", "0", "--format", "json"))
    assert (json.loads(told)["value"], json.loads(told)["quote"]["number"]) == (1 / 64, 3)
    assert stage.ahnb("quote", f"{PROJECT}#1", "los").returncode == 1
    assert stage.ahnb("quote", f"{PROJECT}#1", "loss", "--step", "7").returncode == 5


def test_a_run_is_written_into_files(stage, runs, tmp_path):
    archive, page = tmp_path / "run.zip", tmp_path / "run.html"
    assert printed(stage.ahnb("export", f"{PROJECT}#2", "-o", str(archive))) == f"{archive}\n"
    with zipfile.ZipFile(archive) as found:
        assert found.testzip() is None
        assert b",0.125\r\n" in found.read("series/00001.csv")
    printed(stage.ahnb("export", f"{PROJECT}#2", "--html", "-o", str(page)))
    assert "narrow" in page.read_text()
    assert stage.ahnb("export", f"{PROJECT}#99").returncode == 1
    assert sorted(path.name for path in tmp_path.glob("run.*")) == ["run.html", "run.zip"]
