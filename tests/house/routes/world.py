"""The world in which every route is called: who calls, and what is there."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.cookies import SimpleCookie
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.test.client import ClientHandler

from ahnb_platform.accounts import invitations, links, people, tokens
from ahnb_platform.accounts.models import Role, Team, User
from ahnb_platform.accounts.service_accounts import make_service_account
from ahnb_platform.accounts.views.entrance import CAME_BY_LINK
from ahnb_platform.identity.sso.connections import claim_domain, save_connection
from projects.links.models import Kind
from projects.links.services import Shown, make_link
from projects.models import Project
from projects.queries import project_for_user
from projects.saved_views import save_view
from projects.services import share_project
from projects.transfers import offer_project
from projects.trash import trash_project
from runs.linting.muting import mute_rule
from runs.models import Quote, Run
from runs.notes import add_note
from runs.notices import hooks, mailing
from runs.queries import run_for_user
from runs.quotes.services import take_quote
from runs.quotes.values import Choice

from ... import cast
from ...sketches import send_events, sketch_media
from .bodies import DOCUMENTS, FORMS, PASSWORD, QUERIES
from .table import Line, path_of

NO_ID = 987_654_321
# Doors of a provider open for its own browsers alone: tests/platform/identity/sso.
DOORS = {name: cast.uuid7() for name in ("connection_id", "person_id", "group_id")}
DOORS["handle"] = "nothing"
MODEL = ("model", {"layers": [{"name": "dense", "class": "Dense"}]})
FINDING = ("finding", {"id": "LOSS01", "severity": "error", "text": "Twice.", "step": 1})


@dataclass
class World:
    """The team "vision" with "digits", and the stranger's team "other" with "secret".

    `real`, `foreign` and `missing` have a value for each argument of the routes: of an object of
    vision, of one of other, and of none.
    """

    people: dict[str, User]
    digits: Project
    secret: Project
    real: dict[str, Any]
    foreign: dict[str, Any]
    missing: dict[str, Any]
    cookies: dict[str, str]
    tokens: dict[str, str]

    def call(self, line: Line, caller: str, **arguments: Any) -> Any:
        """The answer to `caller`; `arguments` take the place of real ones."""
        if line.is_api:
            return self.call_api(line, self.token(caller), **arguments)
        form = self.form(line, caller) if line.method == "POST" else None
        return self.call_page(line, self.browser(caller), form, **arguments)

    def call_page(
        self, line: Line, browser: Client, form: dict[str, Any] | None = None, **arguments: Any
    ) -> Any:
        path = self.path(line, **arguments)
        return browser.generic(line.method, path) if form is None else browser.post(path, form)

    def call_api(self, line: Line, token: str, body: Any = None, **arguments: Any) -> Any:
        body = body or DOCUMENTS.get(str(line))
        return cast.Api(token).request(line.method, self.path(line, **arguments), body)

    def path(self, line: Line, **arguments: Any) -> str:
        return path_of(line.route, self.real | arguments) + QUERIES.get(line.route, "")

    def form(self, line: Line, caller: str, **fields: Any) -> dict[str, Any]:
        known = self.real | {"email": self.people.get(caller, self.people["owner"]).email}
        form = FORMS.get(line.route, {}).items()
        return {name: value.format(**known) for name, value in form} | fields

    def browser(self, caller: str) -> Client:
        """A browser of the caller, in the state after logging in."""
        browser = Client()
        browser.handler = handler(is_strict=False)
        browser.cookies = SimpleCookie(self.cookies.get(caller, ""))
        return browser

    def strict_browser(self, caller: str) -> Client:
        """As `browser`; a form must carry its secret, as in production."""
        browser = self.browser(caller)
        browser.handler = handler(is_strict=True)
        return browser

    def token(self, caller: str) -> str:
        return self.tokens.get(caller, "")

    def new_token(self, **fields: Any) -> str:
        """Another token of the owner."""
        owner = self.people["owner"]
        fields = {"name": "test", "scopes": cast.ALL_SCOPES} | fields
        return tokens.issue_token(user=owner, by=owner, **fields)[1]


@cache
def handler(*, is_strict: bool) -> ClientHandler:
    """What answers, made once: Django would put all middleware together for every browser."""
    return ClientHandler(enforce_csrf_checks=is_strict)


def make_world() -> World:
    """The cast, each with a password, and an object of each kind on both sides."""
    actors = make_actors()
    alice, charlie = actors["owner"], actors["stranger"]
    insiders = {"editors": [actors["editor"]], "readers": [actors["reader"]]}
    vision = cast.make_team("vision", alice, owners=[actors["revoked"]], **insiders)
    other = cast.make_team("other", charlie)
    erin, _ = people.take_in(team=vision, email="erin@example.org", role=Role.READER, by=alice)
    guest = cast.make_person("guest@example.org")
    digits = cast.make_project(vision, "digits", alice)
    secret = cast.make_project(other, "secret", charlie)
    # So that the numbers of their runs and versions differ.
    send_events(cast.make_run(secret, charlie), ("model", {"layers": [{"class": "GRU"}]}))
    real = objects_of(digits, alice, guest) | {
        "user_id": erin.pk,
        "secret": link_secret(guest),
        "key_id": 1,
        **DOORS,
    }
    foreign = objects_of(secret, charlie, guest) | {
        "user_id": charlie.pk,
        "ending": "exe",
        "metric": "val_loss",
        "quote_number": 2,
        "key_id": 2,
        **DOORS,
    }
    make_connection(vision, alice)
    make_connection(other, charlie)
    keys = {"tokens": tokens_of(actors), "cookies": cookies_of(actors)}
    return World(actors, digits, secret, real, foreign, nothing(), **keys)


def make_connection(team: Team, owner: User) -> None:
    """A provider of the team that no domain makes work."""
    fields = {"kind": "oidc", "name": "Example", "issuer": "https://id.example.org"}
    save_connection(team=team, by=owner, secret="hidden", client_id="ahnb", **fields)
    claim_domain(team=team, by=owner, name=f"{team.slug}.example")


def make_actors() -> dict[str, User]:
    names = {
        "owner": "alice",
        "editor": "bob",
        "reader": "dana",
        "stranger": "charlie",
        "revoked": "rita",
    }
    actors = {caller: cast.make_person(f"{name}@example.org") for caller, name in names.items()}
    password = make_password(PASSWORD)
    for user in actors.values():
        user.password = password
        user.save()
    return actors


def cookies_of(actors: dict[str, User]) -> dict[str, str]:
    """A session of each person; `revoked` is deactivated after logging in."""
    found = {}
    for caller, user in actors.items():
        found[caller] = session_of(user)
    User.objects.filter(pk=actors["revoked"].pk).update(is_active=False)
    return found


def session_of(user: User) -> str:
    """The cookies of somebody who just came by a one-time link."""
    browser = cast.client_of(user)
    session = browser.session
    session[CAME_BY_LINK] = time.time()
    session.save()
    return browser.cookies.output(header="", sep=";")


def tokens_of(actors: dict[str, User]) -> dict[str, str]:
    """A token of each person; `revoked` is one of the owner that is no longer valid."""
    owner = actors["owner"]
    found = {caller: cast.token_of(user) for caller, user in actors.items()}
    token, found["revoked"] = tokens.issue_token(
        user=owner, name="lost", scopes=cast.ALL_SCOPES, by=owner
    )
    tokens.revoke_token(token=token, by=owner)
    return found


def objects_of(project: Project, owner: User, guest: User) -> dict[str, Any]:
    """An object of each kind in the project, by the names that routes give to their ids."""
    run = cast.make_run(project, owner)
    cast.log_points(run, {"loss": [0.5, 0.25]})
    send_events(run, MODEL, FINDING)
    quote = quote_of(run, owner)
    share = share_project(project=project, by=owner, role=Role.READER, user=guest)
    seen = project_for_user(owner, project.team.slug, project.slug)
    view = save_view(project=seen, by=owner, name="best", address="q=number", is_shared=True)
    token, _ = tokens.issue_token(user=owner, name="old", scopes=["read"], by=owner)
    media = sketch_media(run)
    mute = mute_rule(project=seen, rule="DATA01", by=owner, reason="Made up.", run=run)
    note = add_note(run=run, by=owner, text="A spike, see #1.", step=1)
    artifact = cast.attach_file(run, owner, "plot.png", cast.PNG)
    return slugs(project.team.slug, project.slug) | {
        "artifact_id": artifact.id,
        "run_id": run.id,
        "number": run.number,
        "version_number": Run.objects.get(id=run.id).model_version,
        "metric": quote.metric,
        "rule": "LOSS01",
        "quote_number": quote.number,
        "ending": "tex",
        "share_id": share.pk,
        "view_id": view.pk,
        "note_id": note.id,
        "media_id": media.id,
        "mute_id": mute.id,
        "token_id": token.pk,
        **offers_of(project, owner),
        "trashed_id": trashed_of(project.team, owner),
        **public_link_of(seen, run, owner),
        **invitation_of(project.team, owner),
        **notices_of(project, owner),
        **service_of(project.team, owner),
    }


def invitation_of(team: Team, owner: User) -> dict[str, Any]:
    """An open invitation of somebody new."""
    made = invitations.invite(
        team=team, email=f"new@{team.slug}.example", role=Role.READER, by=owner
    )
    secret = made.path.rstrip("/").rpartition("/")[2]
    return {"invitation_id": made.invitation.pk, "invitation_secret": secret}


def notices_of(project: Project, owner: User) -> dict[str, Any]:
    """A webhook of the project, and the link that ends the owner's mails."""
    kinds = ["run.failed"]
    hook = hooks.add_hook(place=project, by=owner, url="https://example.org/hook", kinds=kinds)
    hooks.choose_mails(user=owner, project=project, kinds=kinds)
    signed = mailing.unsubscribe_path(owner.pk, project.pk).split("/")[2]
    return {"webhook_id": hook.pk, "signed": signed}


def offers_of(project: Project, owner: User) -> dict[str, Any]:
    """An offer of the project, and one of somebody else's to its team."""
    offer_project(project=project, slug="nobody", by=owner)
    giver = cast.make_person(f"giver@{project.team.slug}.example")
    gift = cast.make_project(cast.make_team(f"{project.team.slug}-friends", giver), "gift", giver)
    offer = offer_project(project=gift, slug=project.team.slug, by=giver)
    return {"offer_id": offer.pk if offer else NO_ID}


def trashed_of(team: Team, owner: User) -> int:
    """A project in the trash of the team."""
    return trash_project(project=cast.make_project(team, "given-up", owner), by=owner).pk


def public_link_of(seen: Project, run: Run, owner: User) -> dict[str, Any]:
    """A public link to the run."""
    link, path = make_link(project=seen, shown=Shown(Kind.RUN, run_id=run.id), by=owner, days=7)
    return {"link_id": link.pk, "public_secret": path.rstrip("/").rpartition("/")[2]}


def service_of(team: Team, owner: User) -> dict[str, Any]:
    """A service account with a token."""
    user = make_service_account(team=team, name="weekly", role=Role.EDITOR, by=owner)
    token, _ = tokens.issue_token(user=user, name="cron", scopes=["read"], by=owner)
    return {"service_id": user.pk, "service_token_id": token.pk}


def quote_of(run: Run, owner: User) -> Quote:
    """A quote of the run."""
    seen = run_for_user(owner, run.id)
    return take_quote(run=seen, by=owner, metric="loss", choice=Choice("last"), via="page")


def nothing() -> dict[str, Any]:
    """Arguments that name nothing."""
    ids = dict.fromkeys(
        (
            "share_id",
            "view_id",
            "user_id",
            "token_id",
            "invitation_id",
            "link_id",
            "offer_id",
            "trashed_id",
            "service_id",
            "service_token_id",
            "webhook_id",
            "object_id",
            "content_type_id",
        ),
        NO_ID,
    )
    return (
        slugs("nothing", "nothing")
        | ids
        | {
            "number": NO_ID,
            "version_number": NO_ID,
            "ending": "exe",
            "run_id": cast.uuid7(),
            "note_id": cast.uuid7(),
            "media_id": cast.uuid7(),
            "mute_id": cast.uuid7(),
            "artifact_id": cast.uuid7(),
            "secret": "nothing",
            "invitation_secret": "nothing",
            "key_id": NO_ID,
            "signed": "nothing",
            "public_secret": "nothing",
            "connection_id": cast.uuid7(),
            "person_id": cast.uuid7(),
            "group_id": cast.uuid7(),
            "handle": "nothing",
        }
        | {"metric": "nothing", "quote_number": NO_ID, "rule": "NONE01"}
    )


def slugs(team: str, project: str) -> dict[str, Any]:
    """As the API and as the pages name them."""
    return {"team": team, "team_slug": team, "project": project, "project_slug": project}


def link_secret(user: User) -> str:
    """The secret of a new one-time link."""
    return links.make_login_link(user=user).rstrip("/").rpartition("/")[2]


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
