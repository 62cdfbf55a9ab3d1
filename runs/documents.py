"""Runs, notes and events as the documents that the API gives."""

from typing import Any

from ahnb_platform.accounts.models import User

from .models import Note, Run

LEFT_OUT_OF_LISTS = ("model", "environment", "notes")


def run_summary_document(run: Run) -> dict[str, Any]:
    """A run as search gives it: without `model`, `environment` and `notes`.

    Args:
        run: from `runs.queries`, with project, person, metrics and sign of life.
    """
    return {
        "id": str(run.id),
        "number": run.number,
        "project": run.project.path,
        "name": run.name,
        "group": run.group,
        "tags": run.tags,
        "status": run.shown_status,
        "status_reason": run.status_reason,
        "user": user_document(run.user),
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "last_seen_at": run.last_seen_at,
        "frozen_at": run.frozen_at,
        "objective": run.objective,
        "params": run.params,
        "configuration": run.configuration,
        "model_version": run.model_version,
        "identity": identity_document(run),
        "metrics": {name: summary.as_dict() for name, summary in run.metrics.items()},
    }


def run_document(run: Run, documents: dict[str, Any]) -> dict[str, Any]:
    """The whole document of a run.

    Args:
        documents: the large parts of the record by kind.
    """
    return {
        **run_summary_document(run),
        "notes": run.notes,
        "model": documents.get("model"),
        "environment": documents.get("environment"),
        "attempt": max(run.state.attempts) if run.state else 0,
    }


def identity_document(run: Run) -> dict[str, Any]:
    """Hashes of what two runs may share, named as in queries; null where nothing is proved."""
    return {
        "architecture": run.architecture or None,
        "weights": run.weights_hash or None,
        "trained": run.trained_hash or None,
        "data": run.data_hash or None,
        "code": run.code_hash or None,
        "commit": run.commit or None,
        "rerun_of": run.rerun_of and str(run.rerun_of),
    }


def user_document(user: User | None) -> dict[str, str] | None:
    """A person as others in the project see them; None for one who is gone."""
    return None if user is None else {"name": user.get_full_name(), "email": user.email}


def note_document(note: Note) -> dict[str, Any]:
    """A note; `step` is null for a note on the run as a whole."""
    return {
        "id": str(note.id),
        "text": note.text,
        "step": note.step,
        "user": user_document(note.user),
        "created_at": note.created_at,
    }
