"""The first page: the projects that a person may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """Every project with what is going on in it."""
    return render(request, "projects/home.html")
