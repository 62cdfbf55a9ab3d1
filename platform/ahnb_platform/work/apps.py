from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "ahnb_platform.work"
    label = "work"
    verbose_name = "Background work"
