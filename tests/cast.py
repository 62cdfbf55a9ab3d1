"""The people that the tests are about, and how they act.

Team "vision" has the project "digits": alice owns, bob edits, dana reads. Charlie is a stranger
to them; he owns the team "other" with the project "secret".
"""

import base64
import io
import json
import math
import re
import secrets
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.test import Client

from ahnb_platform.accounts import people, teams, tokens
from ahnb_platform.accounts.models import Role, Scope, Team, User
from projects import services as projects
from projects.models import Project
from runs.models import Run

ALL_SCOPES = tuple(Scope.values)
# The smallest image: one black pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


def make_person(email: str, name: str = "") -> User:
    """A person without a password."""
    return people.create_person(email=email, name=name, by=None)


def make_team(slug: str, owner: User, **others: Iterable[User]) -> Team:
    """A team; `editors` and `readers` name its other members."""
    team = teams.create_team(slug=slug, by=owner)
    roles = {"owners": Role.OWNER, "editors": Role.EDITOR, "readers": Role.READER}
    for plural, members in others.items():
        for user in members:
            teams.add_member(team=team, user=user, role=roles[plural], by=owner)
    return team


def make_project(team: Team, slug: str, by: User, **fields: Any) -> Project:
    """A project in `team`."""
    return projects.create_project(team=team, slug=slug, by=by, **fields)


def token_of(user: User, scopes: Sequence[str] = ALL_SCOPES, project: Project | None = None) -> str:
    """The text of a fresh token."""
    _, text = tokens.issue_token(user=user, name="test", scopes=scopes, by=user, project=project)
    return text


def without_chance(answer: Any) -> str:
    """A page without what differs from call to call: secrets of forms, the request's id."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return re.sub(r'(class="request-id">)[^<]*', r"\1", text)


def client_of(user: User) -> Client:
    """A browser in which `user` is logged in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def is_in(client: Client) -> bool:
    """Whether the browser is logged in."""
    return client.get("/account/").status_code == 200


@dataclass
class Api:
    """Calls the API with a bearer token; bodies and answers are JSON."""

    token: str

    def request(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body)
        return Client().generic(
            method, path, data, "application/json", headers={**sent, **(headers or {})}
        )

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.request("GET", path, **kwargs)

    def post(self, path: str, body: object = None, **kwargs: Any) -> Any:
        return self.request("POST", path, body, **kwargs)

    def put(self, path: str, body: object = None, **kwargs: Any) -> Any:
        return self.request("PUT", path, body, **kwargs)

    def patch(self, path: str, body: object = None, **kwargs: Any) -> Any:
        return self.request("PATCH", path, body, **kwargs)

    def delete(self, path: str, body: object = None, **kwargs: Any) -> Any:
        return self.request("DELETE", path, body, **kwargs)


def api_of(user: User, scopes: Sequence[str] = ALL_SCOPES, project: Project | None = None) -> Api:
    """The API with a fresh token of `user`."""
    return Api(token_of(user, scopes, project))


def uuid7() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): milliseconds, then random bits."""
    milliseconds = int(time.time() * 1000)
    number = milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64
    return uuid.UUID(int=number | 0b10 << 62 | secrets.randbits(62))


def make_run(project: Project, by: User, **fields: Any) -> Run:
    """A running run; `fields` go to `runs.services.start_run`."""
    from runs import services

    fields.setdefault("run_id", uuid7())
    run, _ = services.start_run(project=project, by=by, **fields)
    return run


def log_points(run: Run, metrics: Mapping[str, Sequence[float]], unit: str = "epoch") -> None:
    """Points 0, 1, 2, … of each metric, one a second, as one batch of a writer of its own."""
    from runs import services

    longest = max(len(values) for values in metrics.values())
    now = time.time()
    steps = {} if unit == "time" else {"steps": list(range(longest))}
    axis = {"unit": unit, "times": [now + second for second in range(longest)], **steps}
    columns = {
        name: {"axis": 0, "v": [plain_number(value) for value in values]}
        for name, values in metrics.items()
    }
    batch = {"writer": str(uuid.uuid4()), "seq": 1, "axes": [axis], "metrics": columns}
    services.store_batch(run=run, batch=batch)


def attach_file(
    run: Run, by: User, name: str = "plot.txt", content: bytes = b"a file", **fields: Any
) -> Any:
    """A file of a run, as a client attaches one."""
    from runs.artifacts import incoming, services

    with incoming.received(io.BytesIO(content), len(content)) as file:
        artifact, _ = services.attach(run=run, by=by, name=name, file=file, **fields)
    return artifact


def plain_number(value: float) -> float | str:
    """The number as batches write it: what JSON cannot say is a string."""
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
