from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "projects.links"
    label = "links"
    verbose_name = "Public links"
