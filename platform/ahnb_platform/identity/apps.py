from datetime import timedelta

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "ahnb_platform.identity"
    label = "identity"
    verbose_name = "Identity"

    def ready(self) -> None:
        from ahnb_platform.accounts import doors as local
        from ahnb_platform.work import schedule

        from . import signals  # noqa: F401 - connects them
        from .sso import answers, doors

        local.add_rule(doors.is_local)

        @schedule.every(timedelta(hours=6), "forget-saml-answers")
        def forget() -> None:
            answers.forget_old_answers()
