"""Look for migrations that would stop ingestion: `python scripts/lint_migrations.py`.

Each is written out as SQL and searched for what locks a table for long, or what the code that runs
meanwhile would trip over. What was released before this was looked for stands in ACCEPTED.
"""

import logging
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ahnb_platform.settings")

OURS = ["accounts", "identity", "links", "projects", "runs", "work"]
# Each with the reason why it may stay; a new migration does not belong here but is made otherwise:
# nullable or with db_default, indexes by AddIndexConcurrently, columns removed a version later.
ACCEPTED = {
    "0001_initial": "makes the tables",
    "0002_initial": "makes the tables of people, in the first version",
    "0003_hidden_runs": "an index of the first days",
    "0004_joins": "an index of the first days",
    "0005_listed_runs": "an index of the first days",
    "0006_identity": "columns with a default in the database; an index of the first days",
    "0008_shared_hashes": "indexes of the first days",
    "0010_notes": "an index on notes, which are few",
    "0005_service_accounts": "an index on accounts, which are few",
    "0004_invitations": "an index on invitations, which the same migration makes",
}


def main() -> int:
    import django
    from django_migration_linter import MigrationLinter

    logging.disable(logging.INFO)
    django.setup()
    linter = MigrationLinter(
        include_apps=[name for name in OURS if known(name)],
        analyser_string="postgresql",
        ignore_name=list(ACCEPTED),
        all_warnings_as_errors=True,
        no_cache=True,
        quiet=["ignore", "ok"],
    )
    linter.lint_all_migrations()
    return 1 if linter.has_errors else 0


def known(label: str) -> bool:
    from django.apps import apps

    return label in apps.app_configs


if __name__ == "__main__":
    sys.exit(main())
