"""The pages that explain what findings come from: the rules, of whichever project."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ahnb_platform.errors import Missing
from ahnb_platform.web.typed import PageRequest

from ..linting.rules import USES, rules_by_subject, words_of_rule


@require_safe
def rules(request: PageRequest) -> HttpResponse:
    """All of them, by what they are about."""
    return render(request, "runs/rules.html", {"subjects": rules_by_subject()})


@require_safe
def rule(request: PageRequest, rule: str) -> HttpResponse:
    """What it looks at, why, known from where, and how to mend what it finds."""
    found = words_of_rule(rule)
    if not found.title:
        raise Missing
    return render(request, "runs/rule.html", {"rule": found, "uses": USES})
