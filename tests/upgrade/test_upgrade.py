"""From the oldest state to today: every point is as it was written, and every page answers."""

import gzip
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from ahnb_platform.accounts.models import User
from ahnb_platform.backups.tools import address_of, programs
from projects.models import Project
from runs.models import Run
from tests.cast import api_of, client_of
from tests.runs.batches import stored

OLDEST = Path(__file__).parent / "343c59d.sql.gz"


@pytest.fixture
def upgraded(transactional_db: None) -> Iterator[None]:
    """The default connection on a database that the oldest version made, brought up to date."""
    usual = connection.settings_dict["NAME"]
    name = f"{usual}_upgraded"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        load(OLDEST)
        call_command("migrate", verbosity=0)
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def load(dump: Path) -> None:
    address, environment = address_of(connection)
    command = [programs() / "psql", "-d", address, "-v", "ON_ERROR_STOP=1", "-q", "-o", "/dev/null"]
    text = gzip.decompress(dump.read_bytes())
    subprocess.run(command, input=text, env=environment, check=True)


def expected(number: int, part: int, size: int) -> list[tuple[float, float]]:
    """What scripts/old_state.py wrote."""
    return [(step, number + (part * size + step) / 7) for step in range(size)]


def test_the_oldest_state_comes_up_to_date_with_every_point(upgraded: None) -> None:
    alice = User.objects.get(email="alice@example.org")
    assert alice.check_password("a long password of alice")
    runs = {run.name: run for run in Run.objects.all()}
    for number, size in ((1, 30), (2, 20_000)):
        run = runs[f"run {number}"]
        assert run.params == {"lr": 0.1 * number, "layers": [1, 2]}
        path = f"/api/v1/runs/{run.id}/series/?points=100000"
        for part in range(3):
            answer = api_of(alice).get(f"{path}&metric=loss_{part}").json()
            found = answer["metrics"][f"loss_{part}"]
            pairs = list(zip(found["x"], found["max"], strict=True))
            assert pairs == expected(number, part, size)
        assert [x for x, _ in stored(run, "odd")] == [0, 1, 2]
        assert [value for _, value in stored(run, "odd")][1:] == [1e308, 5e-324]
    check_pages(client_of(alice), Project.objects.get(), list(runs.values()))


def check_pages(browser: Client, project: Project, runs: list[Run]) -> None:
    """What a person looks at first, and what reads the old rows in other ways."""
    home = f"/projects/{project.team.slug}/{project.slug}/"
    pages = ["/", home, f"{home}charts/", f"{home}curves/", f"{home}notes/", f"{home}runs.csv"]
    pages += [f"{home}insights/", f"{home}findings/", f"{home}versions/", f"{home}?q=lr+%3E+0.1"]
    for run in runs:
        below = ("", "charts/", "live/", "params/", "files/", "model/", "quotes/", "page.html")
        pages += [f"/runs/{run.id}/{part}" for part in (*below, "archive.zip")]
    for page in pages:
        answer = browser.get(page)
        # 286 tells htmx that there is no more news.
        assert answer.status_code in (200, 286), (page, answer.status_code)
        if answer.streaming:
            assert b"".join(answer.streaming_content)
    assert b"written by the old version" in browser.get(f"{home}notes/").content
