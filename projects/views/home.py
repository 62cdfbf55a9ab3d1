"""The first page: the projects that a person may see."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.accounts.models import Role
from ahnb_platform.web.typed import PageRequest
from runs.pages.overview import Glance, glances
from runs.pages.records import Record, records_of

from ..models import Project
from ..queries import projects_for_user


@dataclass(frozen=True)
class Card:
    """One project as the page shows it."""

    project: Project
    glance: Glance
    records: list[Record]

    @property
    def role(self) -> str:
        return Role(self.project.role).label

    @property
    def best(self) -> Record | None:
        return self.records[-1] if self.records else None

    @property
    def curve(self) -> list[float]:
        return [record.value for record in self.records]


@require_safe
def home(request: PageRequest) -> HttpResponse:
    """Every project with what goes on in it, the liveliest first."""
    archived = "archived" in request.GET
    projects = list(projects_for_user(request.user, archived=archived))
    seen = glances(projects)
    records = records_of(
        {key: glance.objective for key, glance in seen.items() if glance.objective}
    )
    cards = [Card(project, seen[project.pk], records.get(project.pk, [])) for project in projects]
    cards.sort(key=lambda card: card.glance.last_at or card.project.created_at, reverse=True)
    return render(request, "projects/home.html", {"cards": cards, "archived": archived})
