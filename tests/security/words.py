"""Which texts are somebody's words, and which are what programs compare."""

from __future__ import annotations

import re
from typing import Any

from django.db import models

# Kinds, states, hashes, addresses and keys.
MEANT = re.compile(
    r"slug|kind|type|status|state|action|password|prefix|digest|sha256|hash|.*_hash|role|via|part"
    r"|mode|.*_mode|rule|severity|source|scopes|time_zone|name_key|session_key|session_data"
    r"|architecture|configuration|commit|linted_with|rules_version|address|target_type|target_id"
    r"|token_prefix|key|secret|request_id|format|.*_metrics|.*_roles|locked_secret|certificate"
)
# Names of metrics lie in several tables that must agree; those of another run bear a canary.
AGREED = {
    "projects.Project.objective_metric",
    "runs.Run.objective_metric",
    "runs.Quote.metric",
}
# Numbers, times and addresses of pages.
READ = re.compile(r"[-+]?\d|/|[0-9a-f]{8}-|(nan|inf)")


def is_free(field: models.Field[Any, Any]) -> bool:
    """Whether somebody may write there what he likes."""
    return not MEANT.fullmatch(field.name) and str(field) not in AGREED
