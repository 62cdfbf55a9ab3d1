"""The routes that the server has, and the table of who gets which answer from them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from ahnb_platform.api.middleware import is_api

CALLERS = ("owner", "editor", "reader", "stranger", "anonymous", "revoked")
# Whose answers follow from those of the callers, unless a line says otherwise.
OTHERS = ("outsider", "superuser", "disabled", "scope", "project")
PAGE_METHODS = ("GET", "POST")
API_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ADMIN = f"/{settings.ADMIN_PATH}/"
RULE = "**"  # ends a rule of the admin site
ARGUMENT = re.compile(r"<(\w+)>")
# A regular expression cannot be filled in; each of these is a path that it matches.
EXAMPLES = {
    "/api(?:/|$)": "/api/v1/nothing/",
    "/scim(?:/|$)": "/scim/v2/Nothing",
    f"{ADMIN}(?P<app_label>accounts|identity|work|projects)/": f"{ADMIN}accounts/",
    f"{ADMIN}(?P<url>.*)": f"{ADMIN}nothing/",
}


@dataclass(frozen=True)
class Line:
    """The answers of one route to one method, one for each caller in the order of CALLERS."""

    method: str
    route: str
    answers: tuple[str, ...]
    # Answers to others that do not follow from these (`matrix.py`).
    otherwise: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def arguments(self) -> list[str]:
        return ARGUMENT.findall(self.route)

    @property
    def is_api(self) -> bool:
        return is_api_route(self.route)

    @property
    def succeeds(self) -> bool:
        """Whether the method does something here."""
        return self.stated("owner")[0] == "2" or self.stated("owner") == "302"

    def covers(self, route: str) -> bool:
        """Whether the line is the route's, or a rule for all routes that begin so."""
        begin = self.route.removesuffix(RULE)
        return route == self.route or (begin != self.route and route.startswith(begin))

    def stated(self, caller: str) -> str:
        return self.answers[CALLERS.index(caller)]


def read_table(text: str) -> list[Line]:
    """The lines of a table, those with `*` as one for each method that it stands for.

    Raises:
        ValueError: a line has not one answer for each caller, or says what another said.
    """
    found: dict[tuple[str, str], Line] = {}
    for row in text.splitlines():
        words = row.partition("#")[0].split()
        if not words:
            continue
        method, route, *answers = [word for word in words if "=" not in word]
        otherwise = dict(word.split("=", 1) for word in words if "=" in word)
        if unknown := set(otherwise) - set(OTHERS):
            raise ValueError(f"nobody is called {', '.join(unknown)}: {row}")
        if len(answers) != len(CALLERS):
            raise ValueError(f"not {len(CALLERS)} answers: {row}")
        others = [other for other in methods_of(route) if (other, route) not in found]
        for name in others if method == "*" else [method]:
            if (name, route) in found:
                raise ValueError(f"twice: {row}")
            found[name, route] = Line(name, route, tuple(answers), otherwise)
    return list(found.values())


def methods_of(route: str) -> tuple[str, ...]:
    """The methods that a route is tried with."""
    return API_METHODS if is_api_route(route) else PAGE_METHODS


def is_api_route(route: str) -> bool:
    return route.startswith(("/api", "/scim")) or is_api(route)


def served_routes() -> list[str]:
    """Every route of the server from the root, in the order in which they are tried."""
    return [readable(route) for route in _walk(get_resolver())]


def _walk(resolver: URLResolver, above: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = above + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _walk(entry, route)


def readable(route: str) -> str:
    """A route of Django as the table writes it: without converters and anchors."""
    return "/" + re.sub(r"<\w+:", "<", route).replace("^", "", 1).removesuffix("$")


def lines_for(routes: Iterable[str]) -> set[tuple[str, str]]:
    """The method and route of each line that a table of these routes must have."""
    return {
        (method, route)
        for route in routes
        if not route.startswith(ADMIN)
        for method in methods_of(route)
    }


def path_of(route: str, arguments: Mapping[str, Any]) -> str:
    """A path of the route."""
    if route in EXAMPLES:
        return EXAMPLES[route]
    return ARGUMENT.sub(lambda match: str(arguments[match[1]]), route)


def by_route(lines: Iterable[Line]) -> list[list[Line]]:
    """The lines, those of one route together."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.route, []).append(line)
    return list(found.values())


def route_of(lines: list[Line]) -> str:
    """The route that all of them are of; names the test of them."""
    return lines[0].route


TABLE = read_table(Path(__file__).with_name("table.txt").read_text())
ADMIN_LINES = [line for line in TABLE if line.route.startswith(ADMIN)]
LINES = [line for line in TABLE if line not in ADMIN_LINES]
PAGE_LINES = [line for line in LINES if not line.is_api]
API_LINES = [line for line in LINES if line.is_api]
# Calls that want a token.
TOKEN_LINES = [line for line in API_LINES if line.stated("anonymous") == "401"]
