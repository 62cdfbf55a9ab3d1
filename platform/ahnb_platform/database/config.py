"""Django's DATABASES entry, from the environment.

DATABASE_URL              an external PostgreSQL, as postgresql://user:password@host/name or
                          postgresql:///name?host=/folder/of/the/socket
AHNB_DATA_DIR             else the embedded one in this folder (default: `.ahnb` in the
                          checkout)
AHNB_STATEMENT_TIMEOUT    seconds a statement may take (30; 0 = no limit)
AHNB_LOCK_TIMEOUT         seconds a statement may wait for a lock (10)
AHNB_TRANSACTION_TIMEOUT  seconds a transaction may lie idle (60)
AHNB_CONNECTION_AGE       seconds a connection is kept open for further requests (600)
AHNB_TEST_DATABASE        name of the database that the tests make and drop
"""

import importlib.util
import os
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from .. import env
from .cluster import DATABASE, ROLE
from .places import Places

CHECKOUT = Path(__file__).resolve().parents[3]
ENGINE = "django.db.backends.postgresql"
EMBEDDED_ENGINE = "ahnb_platform.database.backend"
EXTERNAL_ENGINE = "ahnb_platform.database.external"
POOLED_ENGINE = "ahnb_platform.database.pooled"
CONNECT_SECONDS = 5


def data_directory() -> Path:
    """Where this installation keeps its data, as an absolute path; it may not exist yet."""
    return Path(os.path.realpath(env.text("AHNB_DATA_DIR") or CHECKOUT / ".ahnb"))


def database_config() -> dict[str, Any]:
    """DATABASES["default"]: the server of `DATABASE_URL`, else the embedded one.

    Raises:
        ImproperlyConfigured: a variable has a wrong value, or psycopg 3 is installed.
    """
    if importlib.util.find_spec("psycopg"):
        # Django would silently prefer it to psycopg2, which everything here is tested with.
        raise ImproperlyConfigured("psycopg 3 is installed beside psycopg2: remove it")
    url = env.text("DATABASE_URL")
    config = kept_open(external(url) if url else embedded(data_directory()))
    given = config.get("OPTIONS", {})
    config["OPTIONS"] = {
        "application_name": "ahnb",
        "connect_timeout": CONNECT_SECONDS,
        **given,
        "options": f"{session_settings()} {given.get('options', '')}".strip(),
    }
    if name := env.text("AHNB_TEST_DATABASE"):
        config["TEST"] = {"NAME": name}
    return config


def pooled_config() -> dict[str, Any] | None:
    """The pooler of `AHNB_POOL_URL`; None without one.

    Limits come from the pooler (deploy/pgbouncer): it refuses options of a session, which it
    could not keep.

    Raises:
        ImproperlyConfigured: the address is none of a PostgreSQL.
    """
    url = env.text("AHNB_POOL_URL")
    if not url:
        return None
    config = kept_open(external(url, "AHNB_POOL_URL"))
    options = {"application_name": "ahnb", "connect_timeout": CONNECT_SECONDS}
    return {**config, "ENGINE": POOLED_ENGINE, "OPTIONS": {**options, **config["OPTIONS"]}}


def kept_open(config: dict[str, Any]) -> dict[str, Any]:
    """The entry of a connection that serves many requests."""
    age = env.integer("AHNB_CONNECTION_AGE", 600)
    return {**config, "CONN_MAX_AGE": age, "CONN_HEALTH_CHECKS": True}


def external(url: str, variable: str = "DATABASE_URL") -> dict[str, Any]:
    """The entry of somebody else's server.

    Raises:
        ImproperlyConfigured: the address is none; the text names the variable.
    """
    try:
        config: dict[str, Any] = {**dj_database_url.parse(url)}
    except (ValueError, dj_database_url.ParseError, dj_database_url.UnknownSchemeError):
        raise ImproperlyConfigured(f"{variable}: postgresql://… is needed") from None
    if config["ENGINE"] != ENGINE:
        raise ImproperlyConfigured(f"{variable}: only PostgreSQL is supported")
    options: dict[str, Any] = config.get("OPTIONS") or {}
    host = options.pop("host", config["HOST"])
    return {**config, "ENGINE": EXTERNAL_ENGINE, "OPTIONS": options, "HOST": host}


def embedded(data: Path) -> dict[str, Any]:
    return {
        "ENGINE": EMBEDDED_ENGINE,
        "DATA_DIR": data,
        "NAME": DATABASE,
        "USER": ROLE,
        "HOST": str(Places(data).sockets),
        # Named, as PGPORT may mean another server.
        "PORT": "5432",
    }


def session_settings() -> str:
    """Limits that PostgreSQL itself enforces on each connection."""
    seconds = {
        "statement_timeout": env.integer("AHNB_STATEMENT_TIMEOUT", 30),
        "lock_timeout": env.integer("AHNB_LOCK_TIMEOUT", 10),
        "idle_in_transaction_session_timeout": env.integer("AHNB_TRANSACTION_TIMEOUT", 60),
    }
    limits = " ".join(f"-c {name}={value}s" for name, value in seconds.items())
    # Compiling a statement takes longer than any of ours runs.
    return f"{limits} -c jit=off"
