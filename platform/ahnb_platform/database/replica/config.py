"""The entry of DATABASES for the replica.

AHNB_REPLICA_URL          a streaming replica of the database, written as `DATABASE_URL` is
AHNB_REPLICA_LAG_SECONDS  what may be missing of the newest writes (2)
"""

from typing import Any

from ... import env
from ..config import external, kept_open

ALIAS = "replica"
CONNECT_SECONDS = 2


def replica_config() -> dict[str, dict[str, Any]]:
    """``{"replica": …}``, empty without one.

    Raises:
        ImproperlyConfigured: the address is none of a PostgreSQL.
    """
    url = env.text("AHNB_REPLICA_URL")
    if not url:
        return {}
    config = kept_open(external(url, "AHNB_REPLICA_URL"))
    given = config.get("OPTIONS", {})
    options = {"application_name": "ahnb-pages", "connect_timeout": CONNECT_SECONDS, **given}
    return {ALIAS: {**config, "OPTIONS": options, "TEST": {"MIRROR": "default"}}}
