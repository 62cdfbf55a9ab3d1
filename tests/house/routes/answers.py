"""What answers say, and what holds for each of them whatever it says."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from django.urls import reverse

from .table import Line
from .world import undone

PROBLEM = {"type", "title", "status", "detail", "code", "request_id", "errors"}
# Two answers of one second have them alike, of two seconds not.
OF_THE_MOMENT = {"X-Request-ID", "Expires", "Date"}
# How long something is ago is said to the second.
CHANGING = re.compile(
    rb'("request_id": ?"|class="request-id">|name="csrfmiddlewaretoken" value="|<time [^>]*>)[^"<]*'
)


def told(response: Any) -> str:
    """The answer as the table writes it: the status, or to which door the caller is sent."""
    if response.status_code != 302:
        return str(response.status_code)
    page, _, back = response["Location"].partition("?next=")
    doors = {reverse("account_login"): "login", reverse("admin:login"): "door"}
    leads_back = unquote(back) == response.wsgi_request.get_full_path()
    return doors.get(page, "302") if leads_back else "302"


def told_in_full(response: Any, line: Line) -> str:
    """As `told`, followed by what is wrong with the answer."""
    body_of(response)
    faults = api_faults(response) if line.is_api else page_faults(response)
    return " ".join([told(response), *faults])


def wrong_answers(
    lines: Iterable[Line],
    callers: Iterable[str],
    ask: Callable[[Line, str], Any],
    stated: Callable[[Line, str], str],
) -> dict[str, str]:
    """The cells that are not as stated, and what was answered in each."""
    wrong = {}
    for line in lines:
        for caller in callers:
            with undone():
                answer = told_in_full(ask(line, caller), line)
            if answer != stated(line, caller):
                wrong[f"{line} as {caller}"] = f"{answer}, not {stated(line, caller)}"
    return wrong


def page_faults(response: Any) -> list[str]:
    """Of a page: it must have a policy for its content that allows nothing unsafe."""
    if not response.get("Content-Type", "").startswith("text/html"):
        return []
    policy = response.get("Content-Security-Policy", "")
    is_strict = "default-src 'none'" in policy and "unsafe" not in policy
    return [] if is_strict else [f"weak policy: {policy}"]


def api_faults(response: Any) -> list[str]:
    """Of the API: no cookie goes out, and an error is a problem document."""
    faults = ["sets a cookie"] if response.cookies else []
    if response.status_code >= 400:
        faults += scim_faults(response) if line_is_scim(response) else problem_faults(response)
    if response.status_code == 401 and response.get("WWW-Authenticate") != "Bearer":
        faults.append("asks for no token")
    return faults


def line_is_scim(response: Any) -> bool:
    return bool(response.wsgi_request.path.startswith("/scim"))


def scim_faults(response: Any) -> list[str]:
    """An error of SCIM has the form of its standard (RFC 7644, 3.12)."""
    if response["Content-Type"] != "application/scim+json":
        return [f"an error of type {response['Content-Type']}"]
    told = json.loads(response.content).get("status")
    return [] if told == str(response.status_code) else ["contradicts its headers"]


def problem_faults(response: Any) -> list[str]:
    if response["Content-Type"] != "application/problem+json":
        return [f"an error of type {response['Content-Type']}"]
    document = json.loads(response.content)
    faults = [f"lacks {name}" for name in sorted(PROBLEM - document.keys())]
    said = (document.get("status"), document.get("request_id"))
    if said != (response.status_code, response["X-Request-ID"]):
        faults.append("contradicts its headers")
    return faults


def fingerprint(response: Any) -> tuple[int, dict[str, str], list[str], bytes]:
    """Status, headers, cookies and body, without what differs from one call to the next."""
    headers = {name: value for name, value in response.items() if name not in OF_THE_MOMENT}
    body = CHANGING.sub(rb"\1", body_of(response))
    return response.status_code, headers, sorted(response.cookies), body


def body_of(response: Any) -> bytes:
    """The body; reading it is what runs a streamed answer."""
    body: bytes = response.getvalue() if response.streaming else response.content
    return body
