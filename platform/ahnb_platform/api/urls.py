"""URLs of the API that belong to no app."""

from django.urls import URLPattern, URLResolver, path

from .me import Me
from .openapi import Schema

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("me/", Me.as_view(), name="me"),
    path("schema/", Schema.as_view(), name="schema"),
]
