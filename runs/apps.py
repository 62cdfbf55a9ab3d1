from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "runs"

    def ready(self) -> None:
        from projects.transfers import moved  # models are loaded by now

        from .life import quotas, tasks

        tasks.register()
        moved.connect(quotas.count_moved)
