from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "ahnb_platform.web"
    label = "web"
