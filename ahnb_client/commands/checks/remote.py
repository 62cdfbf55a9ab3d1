"""What the server says: whether it is there, takes the key, and has the project."""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from ...client.asking import Asker
from ...config import Config, is_loopback
from ...errors import AHNBError, NotFound
from ...identifiers import is_project
from ...transport.http import CONNECT_SECONDS, READ_SECONDS
from ..person import email_of, may_record
from .finding import Finding

SKEW_SECONDS = 60.0  # a date in a header has whole seconds, and an answer takes its time
MAX_SKEW_SECONDS = 48 * 3600.0  # the server replaces times that are further ahead
_MAY_WRITE = ("editor", "owner")


def server(config: Config) -> Iterator[Finding]:
    """Look at the server, as far as there is one."""
    if config.server is None:
        return
    answer = _reached(config.server)
    if isinstance(answer, Finding):
        yield answer
        return
    yield _connection(config.server)
    yield _clock(answer.headers.get("Date"))
    if config.key is not None:
        yield from _as_person(config)


def _reached(address: str) -> requests.Response | Finding:
    try:
        with requests.Session() as session:
            session.trust_env = not is_loopback(address)
            answer = session.get(
                f"{address}/readyz",
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
            )
    except requests.exceptions.SSLError as error:
        return Finding(
            "fail", "connection", f"no trusted connection: {error}", "mend the certificate"
        )
    except (requests.RequestException, OSError, ValueError) as error:
        found = f"{address}: {type(error).__name__}"
        return Finding("fail", "connection", found, "start the server, or mend address or network")
    return _refusal(address, answer) or answer


def _refusal(address: str, answer: requests.Response) -> Finding | None:
    if answer.is_redirect:
        to = urlsplit(answer.headers["Location"]).netloc
        found = f"{address} leads to {to}"
        return Finding("fail", "connection", found, "set the address that it leads to")
    if answer.status_code == 503:
        return Finding("fail", "connection", f"{address} is not ready", "look at its log")
    if answer.status_code != 200:
        found = f"{address} is no AHNB server (HTTP {answer.status_code})"
        return Finding("fail", "connection", found, "`ahnb login --server URL`")
    return None


def _connection(address: str) -> Finding:
    if address.startswith("https://"):
        return Finding("ok", "connection", f"{address} answers, its certificate is trusted")
    if is_loopback(address):
        return Finding("ok", "connection", f"{address} answers")
    found = f"{address} answers, without TLS"
    return Finding("warn", "connection", found, "the key can be read on its way: use https://")


def _clock(date: str | None) -> Finding:
    try:
        ahead = time.time() - parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return Finding("warn", "clock", "the server does not say its time")
    told = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the server's"
    if abs(ahead) <= SKEW_SECONDS:
        return Finding("ok", "clock", "as the server's")
    todo = "set this machine's clock"
    return Finding("fail" if ahead > MAX_SKEW_SECONDS else "warn", "clock", told, todo)


def _as_person(config: Config) -> Iterator[Finding]:
    asker = Asker(config)
    try:
        me = asker.get("me/")
    except AHNBError as error:
        yield Finding("fail", "person", str(error), "`ahnb login` stores another key")
        return
    finally:
        asker.close()
    yield Finding("ok", "person", f"{email_of(me)}{_expiry(me)}")
    if may_record(me):
        yield Finding("ok", "scopes", "may write runs")
    else:
        yield Finding("fail", "scopes", "may only read", "make a key with the scope runs:write")
    if config.project is not None:
        yield _project(asker, config.project, me)


def _expiry(me: dict[str, Any]) -> str:
    until = me["token"].get("expires_at")
    return f", until {until}" if until else ""


def _project(asker: Asker, project: str, me: dict[str, Any]) -> Finding:
    if not is_project(project):
        return Finding("fail", "access", f"{project!r} is no team/project", "mend AHNB_PROJECT")
    try:
        role = asker.get(f"projects/{quote(project)}/")["role"]
    except NotFound:
        return _unseen(project, me)
    except AHNBError as error:
        return Finding("warn", "access", f"{project}: {error}")
    if role in _MAY_WRITE:
        return Finding("ok", "access", f"{role} of {project}")
    return Finding("fail", "access", f"only {role} of {project}", "ask an owner to let you edit")


def _unseen(project: str, me: dict[str, Any]) -> Finding:
    bound = me["token"].get("project")
    if bound:
        return Finding("fail", "access", f"the key is for {bound} alone", "use another key")
    team = project.partition("/")[0]
    if any(one["slug"] == team and one["role"] in _MAY_WRITE for one in me["teams"]):
        return Finding("ok", "access", f"{project} is made by its first run")
    found = f"{project} is not there, or not for you"
    return Finding("fail", "access", found, f"ask an owner of {team}, or mend the name")
