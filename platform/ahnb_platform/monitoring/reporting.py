"""Faults reported to Sentry, where AHNB_SENTRY_DSN says where to."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ahnb_platform import env
from ahnb_platform.logs import masked
from ahnb_platform.web import requests

# Of a request only these are told; headers, cookies, bodies, queries and variables never.
TOLD_OF_REQUEST = ("method", "url")


def start_reporting() -> None:
    """Report what this process logs as an error from now on.

    Raises:
        ImproperlyConfigured: the extra `sentry` is not installed, or the DSN is none.
    """
    dsn = env.text("AHNB_SENTRY_DSN")
    if not dsn:
        return
    try:
        import sentry_sdk
        from sentry_sdk.integrations.django import DjangoIntegration
        from sentry_sdk.utils import BadDsn
    except ImportError as error:
        raise ImproperlyConfigured("AHNB_SENTRY_DSN: install the extra “sentry”") from error
    try:
        sentry_sdk.init(
            dsn=dsn,
            integrations=[DjangoIntegration()],
            auto_enabling_integrations=False,
            send_default_pii=False,
            include_local_variables=False,
            include_source_context=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            before_send=_scrubbed,
        )
    except BadDsn as error:
        raise ImproperlyConfigured("AHNB_SENTRY_DSN: that is no DSN") from error


def _scrubbed(event: Any, _hint: Any) -> Any:
    """The event without secrets; with the id of the request, by which the log has the rest."""
    request = event.get("request") or {}
    if request:
        event["request"] = {name: request[name] for name in TOLD_OF_REQUEST if name in request}
    event.pop("user", None)
    event.pop("extra", None)
    if request_id := requests.current().id:
        event.setdefault("tags", {})["request_id"] = request_id
    return _clean(event)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value
