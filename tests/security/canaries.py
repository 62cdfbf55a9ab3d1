"""Two teams whose every text says whose it is: one factory writes a canary into each of them.

The rows of a side are those that belong to its team, its project or its people, in every table
that Django manages; a table that this cannot place, or that nobody made a row of, is named in the
test. A text keeps its beginning, so that what reads it still finds what it needs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.utils import DatabaseError

from ahnb_platform.accounts.models import AuditEvent, AuditSeal, Team, User
from projects.models import Project
from tests.house.routes.world import World

APPS = ("accounts", "projects", "runs", "work", "identity", "notices", "webhooks", "links")
# What programs compare, and nobody's words: kinds, states, hashes, addresses and keys.
MEANT = re.compile(
    r"slug|kind|type|status|state|action|password|prefix|digest|sha256|hash|.*_hash|role|via|part"
    r"|mode|.*_mode|rule|severity|source|scopes|time_zone|name_key|session_key|session_data"
    r"|architecture|configuration|commit|linted_with|rules_version|address|target_.*|token_prefix"
    r"|actor_label|key|events?|url|secret|request_id|metric|.*_metric|device|format|.*_metrics|.*_roles|locked_secret|certificate"
)
# Names of metrics and parameters lie in several tables that must agree.
AGREED = re.compile(r"Metric\w+|RunParam|TaskState|Task|Lease|CacheRow|Finding")
READ = re.compile(r"[-+]?\d|/|[0-9a-f]{8}-|(nan|inf)")


@dataclass
class Side:
    """One team with its people; `canary` stands in all its texts."""

    canary: str
    team: Team
    project: Project
    people: set[int]
    written: Counter[str] = field(default_factory=Counter)

    def owns(self, row: models.Model) -> bool:
        """Whether a row is this side's, by the first of its pointers that says so."""
        if isinstance(row, Team | Project | User):
            own = {Team: {self.team.pk}, Project: {self.project.pk}, User: self.people}
            return row.pk in own[type(row)]
        values = vars(row)
        for name, ids in (
            ("project_id", {self.project.pk}),
            ("team_id", {self.team.pk}),
            ("user_id", self.people),
            ("owner_id", self.people),
        ):
            if values.get(name) is not None:
                return values[name] in ids
        return False


def sides_of(world: World) -> tuple[Side, Side]:
    """The team vision, and the stranger's."""
    ours = {world.people[name].pk for name in ("owner", "editor", "reader")}
    theirs = {world.people["stranger"].pk}
    ours.add(world.real["user_id"])
    return (
        Side("ourcanary", world.digits.team, world.digits, ours),
        Side("theircanary", world.secret.team, world.secret, theirs),
    )


def fill(side: Side) -> None:
    """Write the canary into every text of the side."""
    for model in tables():
        for row in model._base_manager.all():
            if side.owns(row):
                _fill_row(side, model, row)


def tables() -> Iterator[type[models.Model]]:
    """Those with texts in which a canary can stand."""
    for model in apps.get_models():
        is_ours = model._meta.app_label in APPS and model not in (AuditEvent, AuditSeal)
        if is_ours and not AGREED.fullmatch(model.__name__) and list(text_fields(model)):
            yield model


def text_fields(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    for one in model._meta.local_concrete_fields:
        is_text = isinstance(one, models.CharField | models.TextField | models.JSONField)
        is_list = isinstance(one, ArrayField) and isinstance(one.base_field, models.CharField)
        is_free = not one.choices and not one.primary_key and not MEANT.fullmatch(one.name)
        if (is_text or is_list) and is_free:
            yield one


def _fill_row(side: Side, model: type[models.Model], row: models.Model) -> None:
    same = model._base_manager.filter(pk=row.pk)
    for one in text_fields(model):
        marked = _marked(getattr(row, one.attname), side.canary, one.max_length or 10_000)
        try:
            with transaction.atomic():
                same.update(**{one.name: marked})
        except DatabaseError as error:
            raise AssertionError(f"{model.__name__}.{one.name} takes no canary") from error
        side.written[model.__name__] += 1


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
    if READ.match(text):
        return text
    if "@" in text:
        return f"{canary}.{text}"[:most]
    return f"{text[: most - len(canary) - 1]} {canary}".strip()
