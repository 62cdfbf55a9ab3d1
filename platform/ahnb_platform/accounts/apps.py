from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "ahnb_platform.accounts"
    label = "accounts"
    verbose_name = "People and teams"
