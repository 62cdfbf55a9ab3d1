"""Two teams whose every text says whose it is: one factory writes a canary into each of them.

The rows of a side are those that belong to its team, its project or its people, in every table
that Django manages. What no act of the world has made is made here from the model itself, so that
a new table or a new field of text needs nothing but to be a model's; one that takes no canary
is named by the test. A text keeps its beginning, so that what reads it still finds what it needs.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from ahnb_platform.accounts.models import Team, User
from projects.models import Project
from runs.models import Run
from tests import cast
from tests.house.routes.world import World
from tests.sketches import send_events

from .words import READ, is_free

# The tables of the server itself, and locked secrets of second factors: beginnings of labels.
NOBODYS = (
    "auth.",
    "contenttypes.",
    "sessions.",
    "work.",
    "mfa.",
    "accounts.AuditSeal",
    "accounts.CacheRow",
)
# One path leads to all that is a team's.
OWNERS = ("project_id", "team_id", "owner_id", "user_id", "actor_id")


@dataclass
class Side:
    """One team with its people; `canary` stands in all its texts."""

    canary: str
    team: Team
    project: Project
    people: set[int]
    run: Run
    user: User

    def owns(self, row: models.Model) -> bool:
        """Whether a row is this side's, by the first of its pointers that says so."""
        if isinstance(row, Team | Project | User):
            own = {Team: {self.team.pk}, Project: {self.project.pk}, User: self.people}
            return row.pk in own[type(row)]
        people = dict.fromkeys(("owner_id", "user_id", "actor_id"), self.people)
        ids = {"project_id": {self.project.pk}, "team_id": {self.team.pk}, **people}
        for name in OWNERS:
            if getattr(row, name, None) is not None:
                return getattr(row, name) in ids[name]
        above = [getattr(row, one.name) for one in pointers(type(row))]
        return any(self.owns(one) for one in above if one is not None)

    def rows(self, model: type[models.Model]) -> Iterator[models.Model]:
        return (row for row in model._base_manager.all() if self.owns(row))


def pointers(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The foreign keys to what belongs to somebody."""
    fields = model._meta.local_concrete_fields
    return [one for one in fields if one.is_relation and is_somebodys(one.related_model)]


def sides_of(world: World) -> tuple[Side, Side]:
    """The team vision, and the stranger's."""
    ours = {world.people[name].pk for name in ("owner", "editor", "reader")}
    ours.add(world.real["user_id"])
    theirs = {world.people["stranger"].pk}
    sides = []
    for canary, project, people, ids, name in (
        ("ourcanary", world.digits, ours, world.real, "owner"),
        ("theircanary", world.secret, theirs, world.foreign, "stranger"),
    ):
        run = Run.objects.get(id=ids["run_id"])
        sides.append(Side(canary, project.team, project, people, run, world.people[name]))
    return sides[0], sides[1]


def fill(side: Side) -> None:
    """Write the canary into every text of the side."""
    send_events(side.run, ("params", {side.canary: side.canary}))
    cast.log_points(side.run, {f"{side.canary}/loss": [0.5, 0.25]})
    for model in _by_need(list(tables())):
        if not list(side.rows(model)):
            _make(side, model)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("ALTER TABLE accounts_auditevent DISABLE TRIGGER ahnb_audit_kept")
    for model in tables():
        for row in list(side.rows(model)):
            _fill_row(side, model, row)


def missing(side: Side) -> set[str]:
    """The fields of text that the side's canary stands in nowhere."""
    return {
        f"{model._meta.label}.{one.name}"
        for model in tables()
        for one in text_fields(model)
        if not any(side.canary in str(getattr(row, one.attname)) for row in side.rows(model))
    }


def tables() -> Iterator[type[models.Model]]:
    """Those with texts in which a canary can stand."""
    for model in apps.get_models():
        if is_somebodys(model) and list(text_fields(model)):
            yield model


def is_somebodys(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.label.startswith(NOBODYS)


def text_fields(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    for one in model._meta.local_concrete_fields:
        kind = one.base_field if isinstance(one, ArrayField) else one
        is_text = isinstance(kind, models.CharField | models.TextField | models.JSONField)
        if is_text and not kind.choices and one not in model._meta.pk_fields and is_free(one):
            yield one


def _by_need(chosen: list[type[models.Model]]) -> list[type[models.Model]]:
    """What others point to comes first."""
    found: list[type[models.Model]] = []
    while chosen:
        ready = [
            model
            for model in chosen
            if not {one.related_model for one in pointers(model)} & set(chosen) - {model}
        ]
        assert ready, f"they point to each other: {chosen}"
        found += ready
        chosen = [model for model in chosen if model not in ready]
    return found


def _make(side: Side, model: type[models.Model]) -> None:
    """A row of the side, with a value of its kind in every field that must have one."""
    fields = [
        one
        for one in model._meta.local_concrete_fields
        if not isinstance(one, models.AutoField | models.CompositePrimaryKey)
    ]
    model._base_manager.create(
        **{one.attname: _value(side, one) for one in fields if not one.has_default()}
    )


def _value(side: Side, one: models.Field[Any, Any]) -> Any:
    """A value that the field takes; of a pointer, a row of the side."""
    own = {"project_id": side.project.pk, "run_id": side.run.id, "user_id": side.user.pk}
    if one.attname in own:
        return own[one.attname]
    if one.is_relation:
        return next((row.pk for row in side.rows(one.related_model)), None)
    if one.choices:
        return one.choices[0][0]
    kinds: list[tuple[Any, Any]] = [
        (models.UUIDField, cast.uuid7()),
        (models.BinaryField, secrets.token_bytes(32)),
        (models.DateTimeField, None if one.null else timezone.now()),
        (models.BooleanField, False),
        (models.IntegerField | models.FloatField, None if one.null else 1),
        (models.JSONField, {side.canary: side.canary}),
        (models.CharField | models.TextField, side.canary),
    ]
    return next(value for kind, value in kinds if isinstance(one, kind))


def _fill_row(side: Side, model: type[models.Model], row: models.Model) -> None:
    same = model._base_manager.filter(pk=row.pk)
    for one in text_fields(model):
        marked = _marked(getattr(row, one.attname), side.canary, one.max_length or 10_000)
        if isinstance(marked, dict) and side.canary not in str(marked):
            marked[side.canary] = side.canary  # it had no text
        try:
            with transaction.atomic():
                same.update(**{one.name: marked})
        except DatabaseError as error:
            raise AssertionError(f"{model.__name__}.{one.name} takes no canary") from error


def _marked(value: Any, canary: str, most: int) -> Any:
    """The value with the canary in every text."""
    if isinstance(value, dict):
        marked = {
            name: _marked(one, canary, most) for name, one in value.items() if one is not None
        }
        return {canary: canary} if not value else value | marked
    if isinstance(value, list):
        return [_marked(one, canary, most) for one in value] or [canary]
    if isinstance(value, str) or value is None:
        return _marked_text(value or "", canary, most)
    return value


def _marked_text(text: str, canary: str, most: int) -> str:
    """Numbers, times and addresses of pages say nothing, and programs read them."""
    if canary in text or READ.match(text):
        return text
    if text.startswith("https://"):
        return f"{text}/{canary}"[:most]
    if "@" in text:
        return f"{canary}.{text}"[:most]
    return f"{text[: most - len(canary) - 1]} {canary}".strip()
