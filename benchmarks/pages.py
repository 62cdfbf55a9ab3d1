"""Pages of a project with many runs: `python -m benchmarks.pages [--quick]`.

Projects of 1,000 and 100,000 made-up runs (`manage.py seedruns`), looked at as a browser does that
is logged in: the page, its charts and curves, the page of one run. Medians at the client.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import requests

from .load import asker, get
from .read import median_ms
from .report import Row, machine, table, timed
from .servers import ahnb, database

TIMES = 20
GOALS = {1_000: 100, 100_000: 150}
FILTER = "?q=params.chance%20%3C%200.01"
PARTS = {
    "the page": "",
    "the page, filtered to 1 %": FILTER,
    "charts (2,000 runs)": "charts/",
    "50 curves": "curves/?series=val_loss",
    "what mattered and what next": "insights/",
    "what happened lately": "activity/",
}


def log_in(server: ahnb.Server) -> dict[str, str]:
    """The header with the cookie of a session."""
    browser = requests.Session()
    path = urlsplit(ahnb.manage(server.data, "loginlink", ahnb.EMAIL)).path
    link = f"http://127.0.0.1:{server.port}{path}"
    shown = browser.get(link, timeout=60)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.text)
    if token is None:
        raise SystemExit(f"No form on the page of the link: {shown.status_code}")
    form = {"csrfmiddlewaretoken": token[1]}
    browser.post(link, form, headers={"Referer": link}, timeout=60).raise_for_status()
    return {"Cookie": "; ".join(f"{one.name}={one.value}" for one in browser.cookies)}


def project_rows(server: ahnb.Server, cookie: dict[str, str], runs: int) -> list[Row]:
    path = f"bench/runs-{runs}"
    ahnb.manage(server.data, "addproject", path)
    ahnb.manage(server.data, "seedruns", path, str(runs))
    # What autovacuum does of itself within minutes of so many new rows.
    database.execute(database.Places(server.data).sockets, "VACUUM ANALYZE")
    page = f"/projects/{path}/"
    asked = {words: page + part for words, part in PARTS.items()}
    found = re.search(rb"/runs/[0-9a-f-]{36}/", asker(server.port, get(page, cookie))())
    if found:
        asked["the page of its best run"] = found[0].decode()
    rows = []
    for words, address in asked.items():
        taken = median_ms(asker(server.port, get(address, cookie)), TIMES)
        rows.append(timed(f"{runs:,} runs: {words}", taken, GOALS.get(runs, 150)))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10,000 runs instead of 100,000")
    sizes = (1_000, 10_000 if parser.parse_args().quick else 100_000)
    with (
        tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder,
        ahnb.serving(Path(folder) / "data") as server,
    ):
        cookie = log_in(server)
        rows = [row for runs in sizes for row in project_rows(server, cookie, runs)]
    print(f"\n{machine()}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
