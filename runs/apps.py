from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "runs"

    def ready(self) -> None:
        from .life import tasks  # models are loaded by now

        tasks.register()
