"""Runs of which something lies in every table, and quoted ones."""

from runs import queries
from runs.linting.muting import mute_rule
from runs.metrics import fold, sync_search_rows
from runs.notes import add_note
from runs.quotes.services import take_quote
from runs.quotes.values import Choice
from tests import cast
from tests.sketches import send_events, sketch_media


def full_run(project, by):
    """A run with something in every table."""
    run = cast.make_run(project, by)
    send_events(
        run,
        ("params", {"fit": {"batch_size": 32}}),
        ("model", {"layers": [{"name": "dense", "class": "Dense"}]}),
        ("finding", {"id": "LOSS01", "severity": "error", "text": "Twice.", "step": 1}),
    )
    for _ in range(2):
        cast.log_points(run, {"loss": [0.5, float("nan"), 0.25]})
        fold(project_id=project.pk, run_id=run.id)
    cast.log_points(run, {"loss": [0.125]})
    sync_search_rows(project_id=project.pk)
    sketch_media(run)
    add_note(run=run, by=by, text="A spike.", step=1)
    cast.attach_file(run, by, "own.txt", b"alone")
    cast.attach_file(run, by, "shared.txt", b"shared")
    seen = queries.run_for_user(by, run.id)
    mute_rule(project=seen.project, rule="DATA01", by=by, reason="Made up.", run=run)
    return run


def quoted(run, by):
    seen = queries.run_for_user(by, run.id)
    take_quote(run=seen, by=by, metric="loss", choice=Choice("last"), via="page")
    return run
