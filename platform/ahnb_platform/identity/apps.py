from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "ahnb_platform.identity"
    label = "identity"
    verbose_name = "Identity"

    def ready(self) -> None:
        from . import signals  # noqa: F401 - connects them
