"""Forgetting a person: nothing in the database names them afterwards, and all results stay.

The account's row stays as an empty shell, so that runs, notes and quotes keep one author whom
nobody knows. Text that others wrote stays but for the person's address and whole name. Files of
runs are not looked into; backups keep what they have until they are thrown away.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from django.contrib.admin.models import LogEntry
from django.db import models, transaction

from ahnb_platform.accounts import audit
from ahnb_platform.accounts.audit.erasing import Erasure, erase_words
from ahnb_platform.accounts.models import ApiToken, Membership, Role, User
from ahnb_platform.errors import Conflict

from .columns import text_columns
from .surroundings import erase_surroundings

DOMAIN = "erased.invalid"


@dataclass(frozen=True)
class Erased:
    """What became of somebody: the label in their place, and how many words of the record went."""

    label: str
    words: int


def erase_person(*, user: User, by: User | None) -> Erased:
    """Forget a person for good. The caller has checked that `by` may: a superuser, the operator.

    Raises:
        Conflict: `last-owner` of a team that others belong to; `yourself`; `erased` already.
    """
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        _check(person, by)
        label = f"Erased person {person.pk}"
        erasure = Erasure(person.pk, label, pattern_of(person), _json(person.name))
        erase_surroundings(person.pk)
        words = erase_words(erasure)
        LogEntry.objects.filter(
            content_type__app_label="accounts",
            content_type__model="user",
            object_id=str(person.pk),
        ).update(object_repr=label)
        _delete_belongings(person)
        _empty(person, label)
        for column in text_columns():
            column.replace(erasure.pattern, label, flags="gi")
        audit.record("person.erased", by=by, target=person, fields=words)
    return Erased(label, words)


def pattern_of(person: User) -> str:
    """Finds the address, and the name when it is more than one word."""
    wanted = [person.email]
    if " " in person.name.strip():
        wanted.append(person.name.strip())
    both = sorted({*wanted, *map(_escaped, wanted)}, key=len, reverse=True)
    words = "|".join(map(re.escape, both))
    return rf"(?<![[:alnum:]._%+-])(?:{words})(?![[:alnum:]-]|[.][[:alnum:]])"


def _check(person: User, by: User | None) -> None:
    if by is not None and by.pk == person.pk:
        raise Conflict("Somebody else has to erase you.", code="yourself")
    if person.email.endswith(f"@{DOMAIN}"):
        raise Conflict("This person is erased already.", code="erased")
    for owned in Membership.objects.filter(user=person, role=Role.OWNER).select_related("team"):
        others = Membership.objects.filter(team=owned.team).exclude(user=person)
        if others.exists() and not others.filter(role=Role.OWNER, user__is_active=True).exists():
            raise Conflict(
                f"{owned.team} needs another owner first: the person is its last.",
                code="last-owner",
            )


def _delete_belongings(person: User) -> None:
    """Memberships, tokens, sessions, links: whatever would go with the account's row."""
    ApiToken.objects.filter(user=person).delete()
    for relation in User._meta.get_fields(include_hidden=True):
        if (
            isinstance(relation, models.ManyToOneRel)
            and relation.on_delete is models.CASCADE
            and relation.field.model is not User
        ):
            rows = relation.field.model._base_manager
            rows.filter(**{relation.field.name: person}).delete()


def _empty(person: User, label: str) -> None:
    """Leave of the account nothing but its number."""
    for field in User._meta.local_concrete_fields:
        if field.primary_key or field.name == "created_at":
            continue
        setattr(person, field.attname, None if field.null else field.get_default())
    person.email, person.name, person.is_active = f"erased-{person.pk}@{DOMAIN}", label, False
    person.set_unusable_password()
    person.save()


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if text else ""


def _escaped(text: str) -> str:
    """As it stands inside JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
