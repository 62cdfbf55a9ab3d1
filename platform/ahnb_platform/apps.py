from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """Commands and checks that belong to no single app."""

    name = "ahnb_platform"
    label = "ahnb_platform"
    verbose_name = "AHNB"
