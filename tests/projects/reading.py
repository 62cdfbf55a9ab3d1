"""How the tests read the pages of a project."""

import re
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import Project

HTMX = {"HX-Request": "true"}


def address(project: Project, part: str = "", **parameters: Any) -> str:
    query = f"?{urlencode(parameters, doseq=True)}" if parameters else ""
    return f"{project.get_absolute_url()}{part}{query}"


def panel_of(answer: Any) -> str:
    """The part of the page that shows the runs."""
    return answer.content.decode().partition('id="runs-panel"')[2]


def names_in(answer: Any) -> list[str]:
    """The names of the runs in the table, from top to bottom."""
    return re.findall(r">#\d+ (run-\d+)</a>", panel_of(answer))


def heads_in(answer: Any) -> str:
    return panel_of(answer).partition("<thead>")[2].partition("</thead>")[0]


def charts_of(answer: Any) -> str:
    """The tag that opens the charts of the page."""
    found = re.search(r'<div id="charts"[^>]*>', answer.content.decode())
    assert found is not None
    return found[0]


def queries_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    statements = [one["sql"] for one in captured.captured_queries]
    return sum(not text.startswith(("SAVEPOINT", "RELEASE")) for text in statements)
