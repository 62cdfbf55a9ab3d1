"""The secret of a token stands nowhere but in the header of who calls: no log, page or address."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from ahnb_platform.accounts import service_accounts, tokens
from ahnb_platform.accounts.models import ApiToken, AuditEvent, Role
from ahnb_platform.logs import JsonFormatter, LineFormatter, SecretsFilter
from runs.ingest.target import forget_targets
from tests import cast
from tests.house.routes.answers import body_of
from tests.house.routes.bodies import DOCUMENTS
from tests.house.routes.table import API_LINES, PAGE_LINES, Line
from tests.house.routes.world import World, undone

PAGES = [line for line in PAGE_LINES if line.method == "GET" and line.stated("owner") == "200"]
FORMS = (LineFormatter, JsonFormatter)


class Kept(logging.Handler):
    """What the server's own handler would write, in both of its forms."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.addFilter(SecretsFilter())
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written += [form().format(record) for form in FORMS]


@contextmanager
def logged() -> Iterator[list[str]]:
    """All that is logged inside, of every logger and level."""
    kept, root = Kept(), logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in ("django", "django.request"))]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.addHandler(kept)
        one.setLevel(logging.DEBUG)
    try:
        yield kept.written
    finally:
        for one, level in zip(loggers, levels, strict=True):
            one.removeHandler(kept)
            one.setLevel(level)


def secret_of(text: str) -> str:
    return text.rpartition("_")[2]


def call(world: World, line: Line, token: str) -> Any:
    """The answer, a 500 among them, where the test client would raise."""
    client = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {token}"}
    body = cast.json.dumps(DOCUMENTS.get(str(line), {}))
    return client.generic(line.method, world.path(line), body, "application/json", headers=headers)


def forget() -> None:
    tokens._trusted.clear()
    forget_targets()


def test_no_call_logs_its_token_or_answers_with_it(world: World) -> None:
    token = world.token("owner")
    with logged() as lines:
        for line in API_LINES:
            for text in (token, f"{token[:-1]}x", token.upper()):
                with undone():
                    answer = call(world, line, text)
                    assert secret_of(token) not in body_of(answer).decode(errors="replace")
                    assert secret_of(token) not in repr(answer.headers)
    assert lines
    assert not [one for one in lines if secret_of(token)[:32] in one]


@pytest.mark.parametrize("table", ["runs_run", "projects_project", "accounts_apitoken"])
def test_a_call_that_breaks_logs_no_token(world: World, table: str) -> None:
    token, broken = world.token("owner"), 0
    with logged() as lines:
        for line in API_LINES:
            if line.stated("anonymous") != "401":
                continue
            with undone():
                forget()
                with connection.cursor() as cursor:
                    cursor.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
                answer = call(world, line, token)
                broken += answer.status_code == 500
                assert secret_of(token) not in answer.content.decode()
        forget()
    assert broken > 5
    assert any("Traceback" in one for one in lines)
    assert not [one for one in lines if secret_of(token) in one]


@pytest.mark.parametrize("name", ["token", "key", "api_key", "access_token", "Authorization"])
def test_a_token_in_an_address_opens_nothing(world: World, name: str) -> None:
    token = world.token("owner")
    with logged() as lines:
        for value in (token, f"Bearer {token}"):
            answer = Client().get("/api/v1/me/", {name: value})
            assert answer.status_code == 401
            assert secret_of(token) not in answer.content.decode()
            Client().get("/", {name: value})
            Client().get(f"/nothing/{value}/")
    assert not [one for one in lines if secret_of(token) in one]


def test_no_page_shows_a_token_after_it_was_made(world: World) -> None:
    alice = world.people["owner"]
    browser = cast.client_of(alice)
    made = browser.post("/tokens/", {"name": "laptop", "scopes": "read"}).content.decode()
    service = service_accounts.make_service_account(
        team=world.digits.team, name="cron", role=Role.EDITOR, by=alice
    )
    path = f"/teams/vision/services/{service.pk}/"
    made += browser.post(path, {"name": "cron", "scopes": "read"}).content.decode()
    found = {text for text in made.replace("<", " ").replace("=", " ").split() if "ahnb_" in text}
    secrets = {secret_of(text) for text in found if tokens.FORM.fullmatch(text)}
    assert len(secrets) == 2
    secrets.add(secret_of(world.token("owner")))
    pages = [body_of(world.call(line, "owner")).decode(errors="replace") for line in PAGES]
    pages.append(browser.get(path).content.decode())
    assert not [secret for secret in secrets for page in pages if secret in page]


def test_no_object_of_ours_tells_it(world: World) -> None:
    token = world.token("owner")
    row = tokens.verify_token(token)
    assert row is not None
    kept = [repr(row), str(row), repr(vars(row)), repr(list(AuditEvent.objects.values()))]
    kept += [repr(list(ApiToken.objects.values())), repr(tokens._trusted), repr(sys.argv)]
    assert not [one for one in kept if secret_of(token) in one]
