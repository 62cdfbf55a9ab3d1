from datetime import timedelta

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "runs.notices"
    label = "notices"

    def ready(self) -> None:
        from ahnb_platform.monitoring import numbers
        from ahnb_platform.work import schedule

        from . import delivering, mailing, watching
        from .numbers import numbers_of_notices, numbers_of_runs

        numbers.tell(numbers_of_runs)
        numbers.tell(numbers_of_notices)

        schedule.every(timedelta(seconds=5), "find-events")(watching.find_events)
        schedule.every(timedelta(minutes=10), "find-quotas")(watching.find_quotas)
        schedule.every(timedelta(seconds=2), "send-webhooks")(delivering.deliver)
        schedule.every(timedelta(seconds=5), "send-mails")(mailing.send_mails)
        schedule.every(timedelta(hours=6), "clear-notices")(watching.clear_notices)
