from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "ahnb_platform.work"
    label = "work"
    verbose_name = "Background work"

    def ready(self) -> None:
        from ahnb_platform.monitoring import numbers

        from .numbers import numbers_of_tasks

        numbers.tell(numbers_of_tasks)
