from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class SiteConfig(AdminConfig):
    """Django's admin with our site, without the tables of others that mean nothing here."""

    default_site = "ahnb_platform.accounts.site.Site"

    def ready(self) -> None:
        from allauth.account.models import EmailAddress
        from allauth.mfa.models import Authenticator
        from django.contrib.auth.models import Group

        super().ready()
        admin.site.unregister([Authenticator, EmailAddress, Group])
