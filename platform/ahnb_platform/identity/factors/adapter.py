"""How allauth's second factors behave here."""

from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

from .. import vault

SITE_NAME = "AHNB"


class FactorAdapter(DefaultMFAAdapter):
    """Secrets are stored encrypted; keys belong to the host that people type."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That is not right, or was used already.",
    }

    def encrypt(self, text: str) -> str:
        return vault.lock(text)

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unlock(encrypted_text)

    def get_totp_issuer(self) -> str:
        return SITE_NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = settings.PUBLIC_URL or context.request.build_absolute_uri("/")
        return {"id": urlsplit(host).hostname or "", "name": SITE_NAME}
