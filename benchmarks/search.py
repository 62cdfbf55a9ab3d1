"""Runs of a project: `python -m benchmarks.search [--quick]`.

100,000 runs with 20 parameters and 10 metrics each, through the API on loopback: filters that
keep half, a hundredth and a ten-thousandth of them, what is missing, `or` and `not`, sorted by a
metric, first and next page of 100. MLflow is asked for its first 100 of 1,000 such runs, sorted by
a metric.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson

from . import workloads
from .load import asker, get, post
from .read import median_ms, send
from .report import Row, machine, table, yes
from .servers import ahnb, database, mlflow

PARAMS = 20
MLFLOW_RUNS = 1000
LIMIT = 100
FILTERS = {
    "no filter, newest first": ("", ""),
    "keeps 50 %, by a metric": ("params.p0 < 0.5", "metrics.metric_0"),
    "keeps 1 %, by a metric": ("params.p0 < 0.01", "metrics.metric_0"),
    "keeps 0.01 %, by a metric": ("params.p0 < 0.0001", "metrics.metric_0"),
    "metric keeps 1 %, by another's max": ("metrics.metric_1 > 0.99", "-metrics.metric_2.max"),
    "no filter, by a parameter": ("", "params.p1"),
    "a parameter is missing, by a metric": ("params.nowhere is missing", "metrics.metric_0"),
    "a metric is not missing": ("metrics.metric_1 is not missing", "metrics.metric_0"),
    "one of two metrics, by a third": (
        "metrics.metric_1 > 0.9 or metrics.metric_2 > 0.9",
        "metrics.metric_0",
    ),
    "a parameter or a metric, 2 %": (
        "params.p0 < 0.01 or metrics.metric_1 > 0.99",
        "metrics.metric_0",
    ),
    "a number or a metric, 1 %": ("number < 50 or metrics.metric_1 > 0.99", "metrics.metric_0"),
    "not both, by the metric": (
        "not (params.p0 < 0.5 and metrics.metric_0 < 0.5)",
        "metrics.metric_0",
    ),
}
# Copies of one run that came through the API, each with random parameters and summaries.
COPIES = """
CREATE TEMPORARY TABLE copies AS
    SELECT gen_random_uuid() AS id, i, r.project_id FROM generate_series(1, %(runs)s) AS i,
    runs_run AS r WHERE r.id = %(run)s;
INSERT INTO runs_runlocator SELECT id, project_id FROM copies;
INSERT INTO runs_metricstate SELECT (jsonb_populate_record(s, jsonb_build_object(
    'run_id', c.id, 'stale', false))).* FROM copies c, runs_metricstate s WHERE s.run_id = %(run)s;
INSERT INTO runs_run SELECT (jsonb_populate_record(r, jsonb_build_object('id', c.id,
    'number', c.i + 1, 'name', 'run-' || c.i, 'status', 'finished',
    'started_at', r.started_at - c.i * interval '1 minute'))).*
    FROM copies c, runs_run r WHERE r.id = %(run)s;
INSERT INTO runs_runparam SELECT (jsonb_populate_record(p, jsonb_build_object('run_id', c.id,
    'number', v.n, 'text', v.n::text))).* FROM copies c, runs_runparam p,
    LATERAL (SELECT random() AS n WHERE c.i > 0 AND p.key <> '') AS v WHERE p.run_id = %(run)s;
INSERT INTO runs_metricsummary SELECT (jsonb_populate_record(m, jsonb_build_object('run_id', c.id,
    'last', v.n, 'first', v.n + 1, 'min', v.n - 1, 'max', v.n + 1))).* FROM copies c,
    runs_metricsummary m, LATERAL (SELECT random() AS n WHERE c.i > 0 AND m.name <> '') AS v
    WHERE m.run_id = %(run)s;
UPDATE projects_project SET next_run_number = %(runs)s + 2;
"""
# What autovacuum does of itself within minutes of so many new rows.
SETTLE = "VACUUM ANALYZE"
MLFLOW_COPIES = """
INSERT INTO runs (run_uuid, name, source_type, user_id, status, start_time, lifecycle_stage,
    artifact_uri, experiment_id) SELECT md5(i::text), 'run-' || i, 'LOCAL', 'ada', 'FINISHED',
    1763870000000 + i, 'active', '/tmp/' || i, 0 FROM generate_series(1, %(runs)s) AS i;
INSERT INTO params (key, value, run_uuid) SELECT 'p' || k, random()::text, md5(i::text)
    FROM generate_series(1, %(runs)s) AS i, generate_series(0, 19) AS k;
INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid) SELECT 'metric_' || k,
    random(), 1763870000000, 1, false, md5(i::text) FROM generate_series(1, %(runs)s) AS i,
    generate_series(0, 9) AS k;
ANALYZE;
"""


def seed(server: ahnb.Server, runs: int) -> None:
    """One run through the API, then its copies in the tables."""
    run_id = server.create_run()
    params = {f"p{number}": 0.5 for number in range(PARAMS)}
    event = {"kind": "params", "data": params}
    body = {"writer": workloads.writer(9), "seq": 1, "axes": [], "metrics": {}, "events": [event]}
    server.call("POST", f"runs/{run_id}/batches/", json=body)
    send(server.port, workloads.ours(server, run_id, 3, 10)(), 3)
    server.call("GET", f"projects/{ahnb.PROJECT}/runs/?q=metrics.metric_0 < 2")
    connected = closing(database.connect(database.Places(server.data).sockets))
    with connected as connection, connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(COPIES, {"runs": runs - 1, "run": run_id})
        cursor.execute(SETTLE)


def searcher(server: ahnb.Server, **query: Any) -> Callable[[], dict[str, Any]]:
    """A function that asks for one page of runs and gives the answer."""
    given = urlencode({"limit": LIMIT, **{name: value for name, value in query.items() if value}})
    request = get(f"/api/v1/projects/{ahnb.PROJECT}/runs/?{given}", server.headers)
    ask = asker(server.port, request)
    return lambda: orjson.loads(ask())


def page_rows(server: ahnb.Server, peer_ms: float) -> list[Row]:
    rows = []
    for words, (q, order) in FILTERS.items():
        first = searcher(server, q=q, order=order)
        answer = first()
        mine = median_ms(first, 20)
        after = "–"
        if answer["next"]:
            follow = searcher(server, q=q, order=order, cursor=answer["next"])
            after = f"{median_ms(follow, 20):.0f} ms"
        slowest = max(mine, float(after.split()[0]) if after != "–" else 0)
        rows.append(
            Row(
                f"{words} ({answer['total']:,} runs): first 100; next page",
                f"{mine:.0f} ms; {after}",
                f"{peer_ms:.0f} ms (of 1,000 runs)",
                f"{peer_ms / mine:.1f} x",
                goal="50 ms",
                reached=yes(slowest <= 50),
            )
        )
    return rows


def mlflow_page(scratch: Path) -> float:
    """Milliseconds of MLflow's first 100 of 1,000 runs, sorted by a metric."""
    with (
        database.cluster(scratch / "postgresql") as sockets,
        mlflow.serving(sockets, scratch, workers=2) as server,
    ):
        connected = closing(database.connect(sockets, "mlflow"))
        with connected as connection, connection.cursor() as cursor:
            cursor.execute(MLFLOW_COPIES, {"runs": MLFLOW_RUNS})
        asked = {
            "experiment_ids": ["0"],
            "max_results": LIMIT,
            "order_by": ["metrics.metric_0 ASC"],
        }
        request = post(f"{mlflow.API}/runs/search", orjson.dumps(asked))
        search = asker(server.port, request)

        def ask() -> None:
            if len(orjson.loads(search())["runs"]) != LIMIT:
                raise SystemExit(f"MLflow gave other than {LIMIT} runs")

        return median_ms(ask, 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10,000 runs instead of 100,000")
    runs = 10_000 if parser.parse_args().quick else 100_000
    with tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder:
        peer_ms = mlflow_page(Path(folder))
        with ahnb.serving(Path(folder) / "data") as server:
            seed(server, runs)
            rows = page_rows(server, peer_ms)
    print(f"\n{runs:,} runs; {machine()}\nMLflow {mlflow.version()}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
