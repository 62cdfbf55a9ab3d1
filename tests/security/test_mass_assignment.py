"""No writing route takes a field that is not its own: an API call refuses it, a form ignores it."""

import re
from typing import Any

import pytest

from ahnb_platform.accounts.models import ApiToken, Invitation, Membership, Team, User
from projects.links.models import PublicLink
from projects.models import Project, ProjectOffer, ProjectShare, SavedView
from runs.models import Run
from tests.house.routes.answers import told
from tests.house.routes.bodies import DOCUMENTS
from tests.house.routes.table import API_LINES, PAGE_LINES, Line
from tests.house.routes.world import World, undone

# What decides who owns and may, and when and how something came about.
PLANTED: dict[str, Any] = {
    "id": 1,
    "pk": 1,
    "owner": 1,
    "owner_id": 1,
    "user": 1,
    "user_id": 1,
    "created_by": 1,
    "created_at": "2001-01-01T00:00:00Z",
    "received_at": "2001-01-01T00:00:00Z",
    "expires_at": "2099-01-01T00:00:00Z",
    "is_active": True,
    "is_staff": True,
    "is_superuser": True,
    "home_team": 1,
    "service_team": 1,
    "role": 3,
    "team": 1,
    "team_id": 1,
    "project_id": 1,
    "state": "finished",
    "status": "finished",
    "frozen_at": None,
    "frozen_by_id": 1,
    "token_id": 1,
    "number": 1,
    "next_run_number": 1,
    "digest": "00",
}
# These take bytes, which have no fields.
BYTES = ("PUT /api/v1/runs/<run_id>/artifacts/",)
WRITES = [
    line
    for line in API_LINES
    if str(line) in DOCUMENTS and line.succeeds and str(line) not in BYTES
]
FORMS = [line for line in PAGE_LINES if line.method == "POST" and line.succeeds]
MADE_UP = re.compile(r"[0-9a-f]{16}(?=@service)")
# What none of them may change: who is who, who holds what role, whose a thing is.
GUARDED: list[tuple[Any, tuple[str, ...]]] = [
    (
        User,
        ("email", "is_active", "is_staff", "is_superuser", "home_team__slug", "service_team__slug"),
    ),
    (Membership, ("team__slug", "user__email", "role")),
    (Team, ("slug",)),
    (Project, ("team__slug", "slug", "created_by", "next_run_number")),
    (ProjectShare, ("project", "team", "user", "role")),
    (ProjectOffer, ("project", "slug", "offered_by")),
    (SavedView, ("project", "owner", "name", "is_shared")),
    (ApiToken, ("user__email", "name", "scopes", "project", "expires_at")),
    (Invitation, ("team__slug", "email", "role", "invited_by__email")),
    (PublicLink, ("project", "kind", "shows_people", "made_by__email", "run_id")),
    (Run, ("project_id", "id", "number", "user_id", "status", "frozen_by_id", "token_id")),
]


def guarded() -> list[Any]:
    """The guarded columns of every row; addresses of service accounts are made up each time."""
    rows = [map(repr, model.objects.values_list(*names)) for model, names in GUARDED]
    return [sorted(MADE_UP.sub("…", row) for row in some) for some in rows]


def test_every_writing_call_is_tried() -> None:
    named = {str(line) for line in WRITES} | set(BYTES)
    assert named == {name for name in DOCUMENTS if not name.startswith(("GET", "DELETE"))}
    assert len(WRITES) >= 10
    assert len(FORMS) >= 30


@pytest.mark.parametrize("line", WRITES, ids=str)
def test_a_call_refuses_each_field_that_is_not_its_own(world: World, line: Line) -> None:
    before, token = guarded(), world.token("owner")
    for name, value in PLANTED.items():
        body = DOCUMENTS[str(line)]
        if name in body:
            continue
        with undone():
            answer = world.call_api(line, token, {**body, name: value})
            refused = answer.status_code, name in answer.content.decode()
            assert refused in {(422, True), (400, True)}, (name, answer.content)
            assert guarded() == before, name


@pytest.mark.parametrize("line", FORMS, ids=str)
def test_a_form_does_the_same_with_such_fields_as_without(world: World, line: Line) -> None:
    with undone():
        form = world.form(line, "owner")
        without = told(world.call_page(line, world.browser("owner"), form)), guarded()
    with undone():
        form = {name: str(value) for name, value in PLANTED.items()} | world.form(line, "owner")
        assert (told(world.call_page(line, world.browser("owner"), form)), guarded()) == without
