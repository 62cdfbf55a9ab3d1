"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says where to send them.

What the standard variables `OTEL_…` say holds: service name, sampling, headers, delays.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ahnb_platform import env
from ahnb_platform.logs import masked

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
SERVICE = "ahnb"


def start_tracing() -> None:
    """Trace this process from now on; before Django builds its handler.

    Raises:
        ImproperlyConfigured: the extra `otel` is not installed.
    """
    if not env.text(ENDPOINT):
        return
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.django import DjangoInstrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ImproperlyConfigured(f"{ENDPOINT}: install the extra “otel”") from error
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": SERVICE}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(_Scrubbing(OTLPSpanExporter())))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(tracer_provider=provider)


class _Scrubbing:
    """An exporter that hands spans on to another, without secrets and query strings."""

    def __init__(self, exporter: Any) -> None:
        self.exporter = exporter

    def export(self, spans: Sequence[Any]) -> Any:
        return self.exporter.export([_scrubbed(span) for span in spans])

    def shutdown(self) -> None:
        self.exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return bool(self.exporter.force_flush(timeout_millis))


def _scrubbed(span: Any) -> Any:
    from opentelemetry.sdk.trace import Event, ReadableSpan

    events = [Event(one.name, _clean(one.attributes), one.timestamp) for one in span.events]
    return ReadableSpan(
        name=masked(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_clean(span.attributes),
        events=events,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _clean(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in (attributes or {}).items()}


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    is_address = name.startswith(("http.url", "http.target", "url."))
    return masked(value.partition("?")[0] if is_address else value)
