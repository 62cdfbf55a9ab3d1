"""A team's connection to the provider where its people log in."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from ahnb_platform.accounts.models import Role, Team


class Kind(models.TextChoices):
    """The protocols."""

    OIDC = "oidc", "OpenID Connect"
    SAML = "saml", "SAML 2.0"


class Connection(models.Model):
    """One provider of one team. Only domains that the operator approved make it work."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="connection")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    name = models.CharField(max_length=100, help_text="As people call it: “Example Ltd.”")
    # OpenID Connect
    issuer = models.CharField(max_length=500, blank=True)
    client_id = models.CharField("client id", max_length=255, blank=True)
    locked_secret = models.TextField(blank=True, editable=False)
    trusts_addresses = models.BooleanField(default=False)
    # SAML
    entity_id = models.CharField("entity id", max_length=500, blank=True)
    sso_url = models.CharField("address for logging in", max_length=500, blank=True)
    certificate = models.TextField("signing certificates", blank=True)
    metadata_url = models.CharField(
        "address of the metadata", max_length=500, blank=True, default="", db_default=""
    )
    metadata_read_at = models.DateTimeField(null=True, editable=False)
    metadata_tried_at = models.DateTimeField(null=True, editable=False)
    metadata_fault = models.CharField(
        max_length=300, blank=True, default="", db_default="", editable=False
    )
    # Both
    groups_claim = models.CharField(max_length=200, blank=True, default="groups")
    default_role = models.PositiveSmallIntegerField(choices=Role.choices, default=Role.READER)
    group_roles = models.JSONField(default=dict, blank=True)
    local_login = models.BooleanField(default=True)
    # Of the token with which the provider keeps people up to date (SCIM); none: it may not.
    scim_digest = models.BinaryField(max_length=32, null=True, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.name} of {self.team}"

    @property
    def provider(self) -> str:
        """Who vouches: the issuer, or the entity id."""
        return self.issuer if self.kind == Kind.OIDC else self.entity_id


class Domain(models.Model):
    """A domain of addresses whose people log in by the connection, once the operator approved."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), "connection", name="identity_domain_claimed_once"
            ),
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(approved_at__isnull=False),
                name="identity_domain_captured_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def team(self) -> Team:
        return self.connection.team


class ExternalIdentity(models.Model):
    """Who a provider calls by a name of its own that never changes."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="external_identities"
    )
    subject = models.CharField(max_length=500)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "external identities"
        constraints = [
            models.UniqueConstraint("connection", "subject", name="identity_subject_once"),
            models.UniqueConstraint("connection", "user", name="identity_user_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.connection}"


class SamlAnswer(models.Model):
    """An assertion that was accepted, so that it is accepted once; and who it logs in."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    assertion = models.BinaryField(max_length=32, editable=False)
    handle = models.BinaryField(max_length=32, unique=True, editable=False)
    in_response_to = models.CharField(max_length=200)
    claims = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)
    keep_until = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("connection", "assertion", name="identity_assertion_once"),
        ]

    def __str__(self) -> str:
        return f"answer of {self.connection}"
