"""Whether the server lives, whether it can serve, and a few numbers."""

import resource
import time
from collections.abc import Iterable
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from .answers import answer
from .permissions import ANY_TOKEN
from .problems import problem
from .views import ApiView

STARTED = time.time()
COUNTED = ("accounts.User", "accounts.Team", "projects.Project", "runs.Run")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The process answers."""
    return answer({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The database answers, and has the tables that this code wants."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return problem(503)
    if waiting:
        return problem(503, "not-migrated", "The database lacks migrations.")
    return answer({"status": "ok"})


class Metrics(ApiView):
    """`/metrics`: numbers of the installation in the text format of Prometheus."""

    rights: ClassVar = {"GET": ANY_TOKEN}

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """The numbers as text."""
        lines = [line for name, kind, value in _numbers() for line in _lines(name, kind, value)]
        text = "\n".join(lines) + "\n"
        return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _numbers() -> Iterable[tuple[str, str, Any]]:
    for label in COUNTED:
        model = apps.get_model(label)
        yield f"ahnb_{model._meta.model_name}s", "gauge", model._default_manager.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        yield "ahnb_database_bytes", "gauge", cursor.fetchone()[0]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    yield "process_start_time_seconds", "gauge", round(STARTED, 3)
    yield "process_cpu_seconds_total", "counter", round(usage.ru_utime + usage.ru_stime, 3)
    yield "ahnb_process_peak_memory_bytes", "gauge", usage.ru_maxrss * 1024


def _lines(name: str, kind: str, value: Any) -> tuple[str, str]:
    return f"# TYPE {name} {kind}", f"{name} {value}"
