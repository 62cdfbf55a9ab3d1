"""What people type on the pages of identity."""

from typing import Any, ClassVar

from django import forms

from ahnb_platform.accounts.models import Role
from ahnb_platform.errors import Invalid

from .models import Connection, Kind, TeamPolicy
from .sso import metadata
from .sso.fetching import is_safe_url


class PolicyForm(forms.ModelForm):
    """What a team asks of its members."""

    class Meta:
        model = TeamPolicy
        fields = ["requires_second_factor"]
        labels = {"requires_second_factor": "Members must have a second factor"}
        help_texts = {
            "requires_second_factor": "Who has none is led to set it up, and sees nothing before. "
            "Tokens of trainings go on working."
        }


class ConnectionForm(forms.ModelForm):
    """What both protocols ask for."""

    kind: ClassVar[Kind]
    roles = forms.CharField(
        required=False,
        label="Roles of groups",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A line each, as “researchers = editor”. With any, the provider's groups decide "
        "the role at each login.",
    )

    class Meta:
        model = Connection
        fields = ["name", "groups_claim", "default_role", "local_login"]
        labels = {
            "groups_claim": "Claim with the groups",
            "default_role": "Role of new members",
            "local_login": "Passwords of this server work, too",
            "trusts_addresses": "Addresses count as verified though the provider does not say so",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = self.instance.group_roles.items()
        self.fields["roles"].initial = "\n".join(
            f"{group} = {Role(role).label}" for group, role in roles
        )

    def clean_roles(self) -> dict[str, int]:
        lines = [line for line in self.cleaned_data["roles"].splitlines() if line.strip()]
        pairs = [tuple(part.strip() for part in line.rpartition("=")) for line in lines]
        if any(not group or role not in Role.labels for group, _, role in pairs):
            raise forms.ValidationError(f"Write “group = role”; roles: {', '.join(Role.labels)}.")
        return {group: Role.labels.index(role) + 1 for group, _, role in pairs}

    def for_service(self) -> dict[str, Any]:
        """The arguments of `connections.save_connection`."""
        fields = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return fields | {"kind": self.kind, "group_roles": self.cleaned_data["roles"]}

    def _checked_url(self, name: str) -> str:
        url: str = self.cleaned_data[name]
        if not is_safe_url(url):
            raise forms.ValidationError("An address with https is needed.")
        return url


class OidcForm(ConnectionForm):
    """An OpenID Connect provider."""

    kind = Kind.OIDC
    issuer = forms.URLField(
        max_length=500,
        assume_scheme="https",
        help_text="Where /.well-known/openid-configuration lies.",
    )
    client_id = forms.CharField(max_length=255, label="Client id")
    secret = forms.CharField(
        required=False,
        label="Client secret",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Stored encrypted, never shown. Empty: as it is.",
    )

    class Meta(ConnectionForm.Meta):
        fields = [*ConnectionForm.Meta.fields, "issuer", "client_id", "trusts_addresses"]

    field_order = ["name", "issuer", "client_id", "secret"]

    def clean_issuer(self) -> str:
        return self._checked_url("issuer")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("secret") and not self.instance.locked_secret:
            self.add_error("secret", "The provider's client secret is needed.")
        return cleaned

    def for_service(self) -> dict[str, Any]:
        return super().for_service() | {"secret": self.cleaned_data["secret"]}


class SamlForm(ConnectionForm):
    """A SAML provider, by its metadata or by its fields."""

    kind = Kind.SAML
    metadata = forms.CharField(
        required=False,
        label="Metadata of the provider",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Paste the XML in place of its address; either fills the three fields below.",
    )
    metadata_url = forms.URLField(
        max_length=500,
        required=False,
        label="Address of the provider's metadata",
        assume_scheme="https",
        help_text="Read now and once a day, so that a new certificate of the provider is known.",
    )
    entity_id = forms.CharField(max_length=500, required=False, label="Entity id")
    sso_url = forms.URLField(
        max_length=500, required=False, label="Address for logging in", assume_scheme="https"
    )
    certificate = forms.CharField(
        required=False,
        label="Signing certificate",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="PEM; several one after the other while they are being changed.",
    )

    class Meta(ConnectionForm.Meta):
        vouching = ["metadata_url", "entity_id", "sso_url", "certificate"]
        fields = [*ConnectionForm.Meta.fields, *vouching]

    field_order = ["name", "metadata_url", "metadata", "entity_id", "sso_url", "certificate"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        source = next((one for one in ("metadata_url", "metadata") if cleaned.get(one)), None)
        try:
            if source == "metadata_url":
                return cleaned | metadata.fetched_metadata(cleaned[source])
            if source == "metadata":
                return cleaned | metadata.read_metadata(cleaned[source])
            own = {name: cleaned.get(name, "") for name in metadata.FIELDS}
            return cleaned | metadata.checked_fields(own)
        except Invalid as error:
            self.add_error(source or metadata.FIELD_OF.get(error.code), error.detail)
        return cleaned
