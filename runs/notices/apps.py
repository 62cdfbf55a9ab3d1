from datetime import timedelta

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "runs.notices"
    label = "notices"

    def ready(self) -> None:
        from ahnb_platform.work import schedule

        from . import delivering, mailing, watching

        schedule.every(timedelta(seconds=5), "find-events")(watching.find_events)
        schedule.every(timedelta(seconds=2), "send-webhooks")(delivering.deliver)
        schedule.every(timedelta(seconds=5), "send-mails")(mailing.send_mails)
        schedule.every(timedelta(hours=6), "clear-notices")(watching.clear_notices)
