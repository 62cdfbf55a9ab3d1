"""What a provider keeps up to date by SCIM: people and groups of one connection."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from .connection import Connection


class ScimPerson(models.Model):
    """A person as one provider knows them; another provider has an id of its own for them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "SCIM people"
        constraints = [
            models.UniqueConstraint("connection", "user", name="identity_scim_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} of {self.connection}"


class ScimGroup(models.Model):
    """A group of the provider; the connection says which role it gives in the team."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    external_id = models.CharField(max_length=255, blank=True)
    members: ClassVar = models.ManyToManyField(ScimPerson, related_name="groups")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("name"), "connection", name="identity_scim_group_once"),
        ]

    def __str__(self) -> str:
        return self.name
