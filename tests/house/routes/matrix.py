"""All cells: the answers that the table states, and those that follow from them by a rule.

A page knows sessions alone, so that whoever comes with a token and no cookie is nobody there. The
API knows tokens alone. A line may say otherwise with a word behind its answers: `superuser=200`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .table import ADMIN, ADMIN_LINES, LINES, Line, served_routes

# Everybody, and who they are.
ROLES = {
    "anonymous": "nobody: no session, no token",
    "outsider": "logged in, of no team",
    "reader": "of the team",
    "editor": "of the team",
    "owner": "of the team",
    "stranger": "owner of another team",
    "superuser": "may use the admin site; of no team",
    "disabled": "was deactivated: the session, or the token, is from before",
    "revoked": "a revoked token of the owner",
    "scope": "a token of the owner that lacks the scope",
    "project": "a token of the owner that is bound to another project",
}
BY_TOKEN = ("revoked", "scope", "project")
DERIVED_OF_PAGES = ("outsider", "superuser", "disabled")
DERIVED = (*DERIVED_OF_PAGES, *BY_TOKEN)
# They take any valid token.
WITHOUT_SCOPE = ("/api/v1/me/", "/api/v1/schema/", "/metrics")
MAKING = "POST /api/v1/projects/"


def answer_of(line: Line, role: str) -> str:
    """What `role` gets."""
    if role in line.otherwise:
        return line.otherwise[role]
    return _of_api(line, role) if line.is_api else _of_page(line, role)


def cells() -> Iterator[tuple[Line, str, str]]:
    """Every line but those of the admin site, each role, the answer."""
    for line in LINES:
        for role in ROLES:
            yield line, role, answer_of(line, role)


def _of_page(line: Line, role: str) -> str:
    if role in BY_TOKEN:
        return line.stated("anonymous")
    if role == "disabled":
        return line.stated("revoked")
    return line.stated("stranger" if role in ("outsider", "superuser") else role)


def _of_api(line: Line, role: str) -> str:
    owner = line.stated("owner")
    if role == "disabled":
        return line.stated("anonymous")
    if role in ("outsider", "superuser"):
        return line.stated("stranger")
    if role not in ("scope", "project"):
        return line.stated(role)
    # No token is asked for, the method is none of the route's, or no person's token will do.
    if line.stated("anonymous") != "401" or owner in ("405", "401"):
        return owner
    if role == "scope":
        return owner if line.route in WITHOUT_SCOPE else "403"
    if str(line) == MAKING:
        return "403"
    return "404" if line.arguments else owner


def document() -> str:
    """`docs/security/authorization.md`."""
    head = "| method | route | " + " | ".join(ROLES) + " |"
    rule = "|---|---|" + "---|" * len(ROLES)
    rows = [_row(line) for line in LINES]
    people = [f"- **{role}**: {who}" for role, who in ROLES.items()]
    doors = [
        f"| {line.method} | `{line.route}` | {' | '.join(line.answers)} |" for line in ADMIN_LINES
    ]
    columns = "owner | editor | reader | stranger | anonymous | disabled"
    return "\n".join(
        [
            "# Who gets which answer",
            "",
            "Every route of the server, every method that it is tried with, and everybody who may",
            "come. Written by `python -m benchmarks.authorization --write` from the table that the",
            "tests go by (`tests/house/routes/table.txt`); a test fails where this page, the table",
            "and the server differ, and where a route is in none.",
            "",
            f"{summary()}.",
            "",
            *people,
            "",
            "`login` and `door` are redirects to the page for logging in, which leads back.",
            "Whoever may not see a thing gets the same 404 as for one that does not exist.",
            "",
            head,
            rule,
            *rows,
            "",
            "## The admin site",
            "Superusers pass; `tests/house/test_routes_admin.py` states what they get of each",
            "model. `**` is everything below.",
            "",
            f"| method | route | {columns} |",
            "|---|---|---|---|---|---|---|---|",
            *doors,
            "",
        ]
    )


def summary() -> str:
    """How many routes there are, how many are listed, and how many cells that makes."""
    routes = {route for route in served_routes() if not route.startswith(ADMIN)}
    listed = routes & {line.route for line in LINES}
    site = [route for route in served_routes() if route.startswith(ADMIN)]
    ruled = [route for route in site if any(line.covers(route) for line in ADMIN_LINES)]
    share = 100 * (len(listed) + len(ruled)) / (len(routes) + len(site))
    total = len(routes) + len(site)
    return f"{share:.0f} % of {total} routes are listed, {len(list(cells()))} cells"


def _row(line: Line) -> str:
    return _written(line, [answer_of(line, role) for role in ROLES])


def _written(line: Line, answers: Iterable[str]) -> str:
    route = line.route.replace("|", "\\|")
    return f"| {line.method} | `{route}` | {' | '.join(answers)} |"
