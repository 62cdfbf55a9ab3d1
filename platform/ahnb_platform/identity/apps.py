from datetime import timedelta

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "ahnb_platform.identity"
    label = "identity"
    verbose_name = "Identity"

    def ready(self) -> None:
        from ahnb_platform.accounts import local_login
        from ahnb_platform.work import schedule

        from . import signals  # noqa: F401 - connects them
        from .sso import answers, domains, metadata

        local_login.add_rule(domains.is_local)

        @schedule.every(timedelta(hours=6), "forget-saml-answers")
        def forget() -> None:
            answers.forget_old_answers()

        schedule.every(timedelta(hours=1), "refresh-saml-metadata")(metadata.refresh_one)
