"""`manage.py sizes`: how much room projects, people and runs take."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ahnb_platform.management.operator import prepared
from ahnb_platform.web.formats import size
from projects.models import Project
from runs.life.measuring import (
    Size,
    largest_runs,
    measure_all,
    sizes_of_people,
    sizes_of_projects,
    together,
)
from runs.management.commands.seedruns import known_project

HEAD = f"{'runs':>8} {'points':>15} {'of points':>10} {'files':>10} {'media':>10} {'record':>10} {'all':>10}"  # noqa: E501


class Command(BaseCommand):
    help = "Tell the room that projects, people and the largest runs take, counted now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="TEAM/PROJECT", nargs="?", help="all without it")
        parser.add_argument("--runs", type=int, default=10, metavar="N", help="the largest N (10)")

    def handle(self, *, path: str | None, runs: int, **_: Any) -> None:
        with prepared():
            every = Project.objects.select_related("team").order_by("team__slug", "slug")
            projects = [known_project(path)] if path else list(every)
            for project in projects:
                measure_all(project.pk)
            sizes = sizes_of_projects(projects)
            self.table("project", [(one.what.path, one) for one in sizes])
            self.table("person", [(str(one.what or "–"), one) for one in sizes_of_people(projects)])
            self.stdout.write(_line("all", together(None, sizes)))
            if path:
                self.largest(projects[0], runs)

    def table(self, what: str, rows: list[tuple[str, Size]]) -> None:
        self.stdout.write(f"{what:<32} {HEAD}")
        for name, one in rows:
            self.stdout.write(_line(name, one))
        self.stdout.write("")

    def largest(self, project: Project, most: int) -> None:
        self.stdout.write("\nlargest runs")
        for one in largest_runs(project, "bytes", 0, most):
            self.stdout.write(f"{size(one.size.bytes):>10}  #{one.run.number} {one.run.name}")


def _line(name: str, one: Size) -> str:
    parts = (one.points_bytes, one.files_bytes, one.media_bytes, one.documents_bytes, one.bytes)
    return f"{name:<32} {one.runs:>8,} {one.points:>15,} " + " ".join(
        f"{size(part):>10}" for part in parts
    )
