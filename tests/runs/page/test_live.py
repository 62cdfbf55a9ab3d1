"""The page of one run while it trains."""

import json
import re
from typing import Any

from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run
from tests.cast import log_points
from tests.sketches import send_events, sketch_run


def live(page: Client, run: Run) -> tuple[str, Any]:
    """The address that the page asks for news, and the answer to it."""
    body = page.get(run.get_absolute_url()).content.decode()
    [address] = re.findall(r'hx-get="(/runs/[^"]+/live/[^"]+)"', body)
    return address, page.get(address)


def test_nothing_new_is_answered_with_nothing(page: Client, digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice, status="running")
    _, answer = live(page, run)
    assert answer.status_code == 204
    assert answer.content == b""


def test_new_points_come_with_the_next_question(page: Client, digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice, status="running")
    address, _ = live(page, run)
    log_points(run, {"accuracy": [0.25]})
    answer = page.get(address)
    assert answer.status_code == 200
    assert "0.2500" in answer.content.decode()
    # The page looks for new charts when it counts another number of metrics.
    assert json.loads(answer["HX-Trigger-After-Settle"]) == {"ahnb:points": {"metrics": 3}}
    assert f"/runs/{run.id}/live/" in answer.content.decode()


def test_news_keep_the_words_beside_the_numbers(
    page: Client, run: Run, digits: Project, alice: User
) -> None:
    later = sketch_run(digits, alice, status="running", params={"width": 128})
    address, _ = live(page, later)
    log_points(later, {"accuracy": [0.25]})
    news = page.get(address).content.decode()
    assert "Against <a href" in news
    assert f"#{run.number} {run.name}" in news


def test_polling_ends_with_the_run(page: Client, digits: Project, alice: User) -> None:
    run = sketch_run(digits, alice, status="running")
    address, _ = live(page, run)
    send_events(run, ("status", {"status": "finished"}))
    answer = page.get(address)
    assert answer.status_code == 286
    assert "/live/" not in answer.content.decode()
    assert "/live/" not in page.get(run.get_absolute_url()).content.decode()
