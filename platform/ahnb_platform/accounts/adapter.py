"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """People are added by an owner or a command; nobody registers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
