"""The admin site: superusers see every model that it knows, nobody else passes its door."""

from functools import partial

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse

from ahnb_platform.accounts import people, teams
from ahnb_platform.accounts.models import User
from ahnb_platform.work.worker import Worker
from projects.services import rename_project

from .. import cast
from .routes.answers import page_faults, told, wrong_answers
from .routes.table import (
    ADMIN,
    ADMIN_LINES,
    CALLERS,
    PAGE_METHODS,
    RULE,
    Line,
    by_route,
    route_of,
    served_routes,
)
from .routes.world import NO_ID, World

PAGES = ("changelist", "add", "change", "history", "delete")
# What a superuser gets from each model's pages, in the order of PAGES; 403 is what nobody may.
SUPERUSER = {
    "accounts.user": "200 200 200 200 200",
    "accounts.team": "200 200 200 200 200",
    "accounts.teamalias": "200 200 200 200 200",
    "accounts.apitoken": "200 403 200 200 403",
    "accounts.loginlink": "200 403 200 200 403",
    "accounts.auditevent": "200 403 200 200 403",
    "identity.connection": "200 403 200 200 403",
    "identity.domain": "200 403 200 200 403",
    "projects.project": "200 200 200 200 403",
    "projects.projectalias": "200 200 200 200 200",
    "work.taskstate": "200 403 200 200 403",
}


def line_for(method: str, route: str) -> Line:
    """What the table says of the route: its own line, else the longest rule that it falls under."""
    fitting = [line for line in ADMIN_LINES if line.method == method and line.covers(route)]
    longest = max(fitting, key=lambda line: len(line.route.removesuffix(RULE)))
    return Line(method, route, longest.answers)


ROUTES = [route for route in served_routes() if route.startswith(ADMIN)]
DOORS = [line_for(method, route) for route in ROUTES for method in PAGE_METHODS]


@pytest.mark.parametrize("lines", by_route(DOORS), ids=route_of)
def test_nobody_passes_the_door(world: World, lines: list[Line]) -> None:
    ask = partial(world.call, object_id=world.digits.pk, content_type_id=NO_ID)
    assert wrong_answers(lines, CALLERS, ask, Line.stated) == {}


def test_door_is_closed_to_people_and_leads_others_to_the_one_entrance(world: World) -> None:
    assert world.browser("owner").get(ADMIN, follow=True).status_code == 403
    chain = world.browser("anonymous").get(ADMIN, follow=True).redirect_chain
    assert chain[-1] == (f"{reverse('account_login')}?next={ADMIN}", 302)


def test_every_model_of_the_site_is_stated() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == set(SUPERUSER)


def example_of(model: type[Model]) -> Model:
    """An object of the model; each kind is there once names have changed and a worker ran."""
    found = model._default_manager.first()
    assert found is not None
    return found


@pytest.mark.parametrize("label", SUPERUSER)
def test_superuser_gets_the_stated_answer(world: World, label: str) -> None:
    root = people.make_superuser(user=cast.make_person("root@example.org"), by=None)
    owner = world.people["owner"]
    rename_project(project=world.digits, slug="numbers", by=owner)
    teams.update_team(team=world.digits.team, name="Vision", slug="seeing", by=owner)
    Worker().prepare()
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    browser = cast.client_of(root)
    answers = []
    for page in PAGES:
        arguments = [] if page in ("changelist", "add") else [example_of(model).pk]
        answer = browser.get(reverse(f"admin:{label.replace('.', '_')}_{page}", args=arguments))
        answers.append(" ".join([told(answer), *page_faults(answer)]))
    assert " ".join(answers) == SUPERUSER[label]


@pytest.mark.parametrize("label", SUPERUSER)
def test_superuser_who_was_deactivated_is_nobody(world: World, label: str) -> None:
    root = people.make_superuser(user=cast.make_person("root@example.org"), by=None)
    browser = cast.client_of(root)
    User.objects.filter(pk=root.pk).update(is_active=False)
    answer = browser.get(reverse(f"admin:{label.replace('.', '_')}_changelist"))
    assert told(answer) == "login"
