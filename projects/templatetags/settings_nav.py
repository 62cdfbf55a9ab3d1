"""What the pages of a project's settings have in common: a list of them all."""

from typing import Any

from django import template
from django.urls import reverse

from ahnb_platform.accounts.models import Role

from ..models import Project

register = template.Library()
# By the word that a page names itself with: its title, its address, and who gets it.
PAGES = {
    "settings": ("General", "projects:settings", Role.EDITOR),
    "sharing": ("Sharing", "projects:sharing", Role.OWNER),
    "links": ("Public links", "links:links", Role.EDITOR),
    "notices": ("Notices", "notices:notices", Role.READER),
    "webhooks": ("Webhooks", "notices:project-webhooks", Role.OWNER),
    "retention": ("Retention", "projects:retention", Role.READER),
    "storage": ("Storage and quota", "projects:storage", Role.READER),
    "trash": ("Trash", "projects:summary", Role.READER),
}
QUERIES = {"trash": "?place=trash"}


@register.inclusion_tag("projects/_settings_nav.html")
def settings_nav(project: Project, here: str) -> dict[str, Any]:
    """Links to the pages of settings that the person may see; `here` is the present one.

    Args:
        project: with its team and `.role`.
    """
    names = [project.team.slug, project.slug]
    pages = [
        {
            "title": title,
            "address": reverse(view, args=names) + QUERIES.get(name, ""),
            "is_here": name == here,
        }
        for name, (title, view, role) in PAGES.items()
        if project.role >= role
    ]
    return {"pages": pages}
