"""What `./scripts/demo --once` proves: every run, point and page that was made is there."""

from __future__ import annotations

import re
import time
from urllib.parse import urljoin

import requests

Histories = dict[str, dict[str, list[float]]]


def check(url: str, key: str, project: str, link: str, kept: Histories) -> int:
    """Compare the server with Keras' own histories; print counts; 0 when nothing is missing."""
    api = requests.Session()
    api.headers["Authorization"] = f"Bearer {key}"
    faults: list[str] = []
    points = sum(check_run(api, url, run_id, history, faults) for run_id, history in kept.items())
    listed = api.get(f"{url}/api/v1/projects/{project}/runs/?limit=1000", timeout=30).json()
    missing = kept.keys() - {run["id"] for run in listed["results"]}
    faults += [f"run {run_id} is not listed" for run_id in missing]
    pages = check_pages(url, link, project, list(kept), faults)
    print(f"checked: {len(kept)} runs, {points} points, {pages} pages; {len(faults)} faults")
    for fault in faults:
        print(f"  {fault}")
    return 1 if faults else 0


def check_run(
    api: requests.Session,
    url: str,
    run_id: str,
    history: dict[str, list[float]],
    faults: list[str],
) -> int:
    """The number of points of the run on the server; differences are added to `faults`."""
    document = wait_until_finished(api, f"{url}/api/v1/runs/{run_id}/")
    if document["status"] != "finished":
        faults.append(f"run {run_id} is {document['status']}")
    series = api.get(
        f"{url}/api/v1/runs/{run_id}/series/",
        params={"metric": list(history), "points": 1500},
        timeout=30,
    ).json()["metrics"]
    for name, values in history.items():
        if series[name]["min"] != values or not series[name]["exact"]:
            faults.append(f"run {run_id}: {name} differs from what Keras recorded")
    batches = document["metrics"].get("batch/loss", {}).get("count", 0)
    if batches < len(history["loss"]):
        faults.append(f"run {run_id}: only {batches} batches")
    return sum(metric["count"] for metric in document["metrics"].values())


def wait_until_finished(api: requests.Session, address: str, seconds: float = 30) -> dict:
    """The run's document, as soon as it is not running any more."""
    deadline = time.monotonic() + seconds
    while True:
        document: dict = api.get(address, timeout=30).json()
        if document.get("status") != "running" or time.monotonic() > deadline:
            return document
        time.sleep(0.5)


def check_pages(url: str, link: str, project: str, runs: list[str], faults: list[str]) -> int:
    """Log in by the link as a browser would, and ask for every page; their number."""
    browser = requests.Session()
    form = browser.get(link, timeout=30)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    if token is None:
        faults.append("the login link shows no form")
        return 0
    browser.post(
        link, data={"csrfmiddlewaretoken": token[1]}, headers={"Referer": link}, timeout=30
    )
    team = project.partition("/")[0]
    pages = ["/", f"/projects/{project}/", f"/teams/{team}/", "/teams/", "/tokens/", "/account/"]
    pages += [f"/runs/{run_id}/" for run_id in runs]
    for page in pages:
        answer = browser.get(urljoin(url, page), timeout=30, allow_redirects=False)
        if answer.status_code != requests.codes.ok:
            faults.append(f"{page} answers {answer.status_code}")
    return len(pages)
