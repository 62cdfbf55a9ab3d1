"""`ahnb_client.Client` reads from the real server what the real client recorded there."""

import math
from datetime import timedelta

import pytest

import ahnb_client
from ahnb_client import Client
from ahnb_client.config import Config
from ahnb_client.errors import ConfigurationError, NotFound, Rejected, ServerUnreachable
from ahnb_client.run import Run
from tests.contract.stage import PROJECT, Stage

pytestmark = pytest.mark.django_db
MANY = 250_000


@pytest.fixture(scope="module")
def config(shared_stage: Stage) -> Config:
    return Config(
        server=shared_stage.server.url,
        key=shared_stage.token,
        project=PROJECT,
        directory=shared_stage.home / "spool",
    )


@pytest.fixture(scope="module")
def client(config: Config) -> Client:
    return Client(config=config)


@pytest.fixture(scope="module")
def run(config: Config) -> Run:
    """A finished run with losses by epoch, a metric by step, and a note."""
    run = Run(config=config, name="wide", params={"width": 64, "net": {"depth": 2}}, strict=True)
    for epoch, loss in enumerate([0.5, math.inf, math.nan, 0.25]):
        run.log({"loss": loss, "val_loss": epoch / 2}, step=epoch, unit="epoch")
    for step in range(10):
        run.log({"batch/loss": 1.0 - step / 10}, step=step)
    run.event("environment", {"python": "3.11"})
    run.note("diverged", step=2)
    run.finish()
    assert run.wait(30)
    return run


@pytest.fixture(scope="module")
def narrow(config: Config, run: Run) -> Run:
    """A later one without metrics."""
    later = Run(config=config, name="narrow", params={"width": 8}, strict=True)
    later.finish()
    assert later.wait(30)
    return later


def test_it_says_whose_the_key_is(client):
    assert client.me()["user"]["email"] == "editor@example.org"
    assert [project["project"] for project in client.projects()] == [PROJECT]


def test_every_name_of_a_run_finds_it(client, run, narrow):
    number = client.run(run.id).number
    shortest = next(n for n in range(4, 36) if run.id[:n] != narrow.id[:n])
    names = [run.id, run.id.upper(), run.id[:shortest], run.id.replace("-", "")]
    names += [f"{PROJECT}#{number}", f"#{number}", run.url]
    assert [client.run(name).id for name in names] == [run.id] * len(names)


def test_a_beginning_of_several_runs_is_refused(client, run, narrow):
    with pytest.raises(ConfigurationError, match="several runs begin with"):
        client.run(run.id[:4])


@pytest.mark.parametrize("name", ["ffff", f"{PROJECT}#999", "no/such#1", "0" * 32])
def test_a_run_that_is_not_there_is_told(client, run, name):
    with pytest.raises(NotFound):
        client.run(name)


@pytest.mark.parametrize("name", ["", "wide", "a/b/c", "team/project#", "#1x", "../../me"])
def test_what_names_no_run_asks_nothing(client, name):
    with pytest.raises(ConfigurationError, match="names no run"):
        client.run(name)


def test_a_run_has_what_was_recorded(client, run):
    found = client.run(run.id)
    assert (found.name, found.status, found.project) == ("wide", "finished", PROJECT)
    assert found.flat_params() == {"width": 64, "net.depth": 2}
    assert found.metrics["loss"]["last"] == 0.25
    assert found.environment == {"python": "3.11"}
    assert (found.model, found.notes) == (None, "")
    assert found.user == "editor@example.org"
    assert found.duration_seconds is not None
    assert found.started_at.utcoffset() == timedelta(0)
    assert [(note["text"], note["step"]) for note in found.remarks()] == [("diverged", 2)]


def test_a_search_pages_and_fetches_the_rest_when_used(client, run, narrow):
    found = {one.name: one for one in client.runs(order="number")}
    assert list(found)[:2] == ["wide", "narrow"]
    assert found["wide"].environment == {"python": "3.11"}
    assert [one.name for one in client.runs(PROJECT, q="params.width > 10")] == ["wide"]
    assert [one.name for one in client.runs(order="-number", limit=1)] == ["narrow"]
    assert list(client.runs(limit=0)) == []


def test_a_query_that_cannot_be_understood_is_refused(client, run):
    with pytest.raises(Rejected, match="colour") as refused:
        next(client.runs(q="colour = 3"))
    assert (refused.value.status, refused.value.code) == (400, "bad-query")


def test_a_series_has_every_point_as_it_was(client, run):
    series = client.run(run.id).series(["loss", "batch/loss"])
    loss = series["loss"]
    assert (loss.unit, loss.total, loss.exact, loss.steps) == ("epoch", 4, True, [0, 1, 2, 3])
    assert loss.values[:2] == [0.5, math.inf]
    assert math.isnan(loss.values[2])
    assert len(loss.times) == len(loss) == 4
    assert list(series["batch/loss"])[9] == (9, pytest.approx(0.1))


def test_few_points_keep_the_extremes(client, run):
    series = client.run(run.id).series("batch/loss", points=3)["batch/loss"]
    assert (series.exact, series.total, max(series.high)) == (False, 10, 1.0)
    with pytest.raises(ValueError, match="fewer points"):
        assert series.values


def test_a_part_of_a_series_can_be_asked_for(client, run):
    series = client.run(run.id).series("batch/loss", start=2, stop=4)["batch/loss"]
    assert series.steps == [2, 3, 4]


def test_a_metric_that_is_not_there_is_told(client, run):
    with pytest.raises(NotFound, match="no metric f1"):
        client.run(run.id).series(["loss", "f1"])


def test_a_long_series_comes_whole(client, config):
    with Run(config=config, name="long", strict=True) as long:
        series = long.series(["value"])
        for step in range(MANY):
            series.append(step, (float(step) if step % 100 else math.nan,))
    assert long.wait(60)
    found = client.run(long.id).series()["value"]
    assert (found.total, found.exact, found.steps) == (MANY, True, list(range(MANY)))
    assert sum(map(math.isnan, found.values)) == MANY // 100
    assert found.values[-1] == MANY - 1


def test_a_note_is_written(client, narrow):
    narrow_run = client.run(narrow.id)
    narrow_run.note("too small", step=3)
    assert [note["text"] for note in narrow_run.remarks()] == ["too small"]
    with pytest.raises(Rejected, match="text"):
        narrow_run.note("")


def test_pandas_gets_a_row_for_each_run_and_step(client, run, narrow):
    frame = client.runs(q="params.width > 0", order="number").to_pandas()
    assert list(frame["name"]) == ["wide", "narrow"]
    assert frame["params.net.depth"][0] == 2
    assert frame["metrics.val_loss.max"][0] == 1.5
    table = client.run(run.id).to_pandas()
    assert (table.index.name, list(table.columns)) == ("epoch", ["loss", "val_loss"])
    assert table["val_loss"].to_list() == [0.0, 0.5, 1.0, 1.5]
    with pytest.raises(ConfigurationError, match="epoch and step"):
        client.run(run.id).to_pandas(["loss", "batch/loss"])


def test_a_wrong_key_is_refused(config):
    with pytest.raises(Rejected) as refused:
        Client(config.server, "ahnb_00000000_wrong").me()
    assert refused.value.status == 401


def test_a_server_that_is_away_is_told(config):
    with pytest.raises(ServerUnreachable, match="no connection"):
        Client("http://127.0.0.1:9", "ahnb_0_0").me()


def test_without_a_server_nothing_is_asked(monkeypatch, tmp_path):
    for name in ("AHNB_SERVER", "AHNB_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConfigurationError, match="ahnb login"):
        ahnb_client.Client()
