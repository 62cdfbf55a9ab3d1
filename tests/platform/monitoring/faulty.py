"""A program that serves one request which fails, and reports it: python faulty.py."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "ahnb_platform.settings"

import django
from django.http import HttpRequest, HttpResponse
from django.urls import path


def broken(_request: HttpRequest, secret: str) -> HttpResponse:
    hidden = f"a variable {secret}"
    raise ValueError(f"canary of the fault, ahnb_0123456789_{'ab' * 32} {len(hidden)}")


urlpatterns = [path("api/v1/broken/<str:secret>/", broken)]

if __name__ == "__main__":
    django.setup()
    import sentry_sdk
    from django.conf import settings
    from django.test import Client

    from ahnb_platform.monitoring.reporting import start_reporting

    start_reporting()
    settings.ROOT_URLCONF = "__main__"
    answer = Client(raise_request_exception=False, SERVER_NAME="localhost").post(
        "/api/v1/broken/variable-of-the-path/?token=secret-of-the-query",
        "secret-of-the-body",
        content_type="text/plain",
        headers={"Authorization": "Bearer secret-of-the-header", "X-Request-ID": "my-request-id"},
    )
    sentry_sdk.flush(10)
    sys.exit(0 if answer.status_code == 500 else f"answered {answer.status_code}")
