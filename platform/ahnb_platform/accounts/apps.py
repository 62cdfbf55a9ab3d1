from datetime import timedelta

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ahnb_platform.accounts"
    label = "accounts"
    verbose_name = "People and teams"

    def ready(self) -> None:
        from ahnb_platform.work import schedule

        from . import (
            clearing,
            signals,  # noqa: F401 - connects them
        )

        schedule.every(timedelta(hours=1), "clear-sessions")(clearing.clear_sessions)
        schedule.every(timedelta(days=1), "clear-login-links")(clearing.clear_links)
        schedule.every(timedelta(hours=1), "clear-cache")(clearing.clear_cache)
