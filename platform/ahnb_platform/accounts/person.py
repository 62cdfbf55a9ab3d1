"""The type of what views get behind `LoginRequiredMiddleware`."""

from django.http import HttpRequest

from .models import User


class PersonRequest(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
