"""Where a run goes: argument beats environment beats the files of `ahnb login`."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, cast, get_args
from urllib.parse import urlsplit

from .errors import ConfigurationError

Mode = Literal["online", "offline", "disabled"]
EXIT_TIMEOUT_SECONDS = 8.0  # Python itself takes its time too: all is over within ten
SPOOL_MB = 1024
_LOOPBACK = re.compile(r"127(\.\d{1,3}){3}")


@dataclass(frozen=True)
class Config:
    """The settings of one run. The key never shows in its representation."""

    server: str | None = None
    key: str | None = field(default=None, repr=False)
    project: str | None = None
    mode: Mode = "online"
    directory: Path | None = None  # None: no place for a spool could be found
    exit_timeout: float = EXIT_TIMEOUT_SECONDS
    spool_bytes: int = SPOOL_MB << 20  # of each run, files included; then points are thinned out

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ, **arguments: str | None) -> Self:
        """Read the settings; `arguments` may name server, key, project, mode and directory.

        Raises:
            ConfigurationError: a value makes no sense; the message names where it stands.
        """
        stored = _stored(environ)

        def pick(name: str, variable: str) -> str | None:
            return arguments.get(name) or environ.get(variable) or stored.get(name) or None

        server = server_address(pick("server", "AHNB_SERVER"))
        # A stored key belongs to the server that it was made for, and goes nowhere else.
        stored_key = stored.get("keys", {}).get(server)
        return cls(
            server=server,
            key=arguments.get("key") or environ.get("AHNB_API_KEY") or stored_key,
            project=pick("project", "AHNB_PROJECT"),
            mode=_mode(pick("mode", "AHNB_MODE")),
            directory=_directory(pick("directory", "AHNB_DIR"), environ),
            exit_timeout=_seconds(environ.get("AHNB_EXIT_TIMEOUT")),
            spool_bytes=_megabytes(environ.get("AHNB_SPOOL_MB")) << 20,
        )

    @classmethod
    def offline(cls, project: str | None, environ: Mapping[str, str] = os.environ) -> Self:
        """Settings to fall back to when the others make no sense: keep, send nothing."""
        directory = _directory(environ.get("AHNB_DIR"), environ)
        return cls(project=project, mode="offline", directory=directory)

    @property
    def can_send(self) -> bool:
        """Whether there is a server, a key, and no wish to stay offline."""
        return self.mode == "online" and self.server is not None and self.key is not None


def server_address(text: str | None) -> str | None:
    """The address of a server without a trailing slash.

    Raises:
        ConfigurationError: it is not an http or https address, or holds a password.
    """
    if not text:
        return None
    parts = urlsplit(text.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"the server {text!r} is not an http:// or https:// address")
    if parts.username or parts.password:
        raise ConfigurationError("the server's address must not hold a name or password")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def is_loopback(server: str) -> bool:
    """Whether a server is on this machine."""
    host = urlsplit(server).hostname or ""
    return host in {"localhost", "::1"} or _LOOPBACK.fullmatch(host) is not None


def config_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """`~/.config/ahnb`, or its place under XDG_CONFIG_HOME; None without a home."""
    return _under_home(environ, "XDG_CONFIG_HOME", ".config")


def save_login(server: str, key: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Store a key for a server and make that server the usual one; readable by its owner alone.

    Raises:
        ConfigurationError: there is no home, or it cannot be written.
    """
    folder = config_folder(environ)
    if folder is None:
        raise ConfigurationError("there is no home folder to keep the key in")
    keys = {**_read_toml(folder / "credentials.toml").get("keys", {}), server: key}
    # TOML's basic strings take JSON's escapes.
    lines = [f"server = {json.dumps(server)}", "", "[keys]"]
    lines += [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in keys.items()]
    try:
        return _write_private(folder / "credentials.toml", "\n".join(lines) + "\n")
    except OSError as error:
        raise ConfigurationError(f"cannot write to {folder}: {error.strerror}") from error


def _write_private(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return fresh.replace(path)


def _stored(environ: Mapping[str, str]) -> dict[str, Any]:
    """What `config.toml` (written by the person) and `credentials.toml` (by login) say."""
    folder = config_folder(environ)
    if folder is None:
        return {}
    login, own = _read_toml(folder / "credentials.toml"), _read_toml(folder / "config.toml")
    return {**login, **own}


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        import tomllib  # only where there is something to read

        return tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}
    except (ValueError, OSError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error


def _directory(chosen: str | None, environ: Mapping[str, str]) -> Path | None:
    if chosen:
        return Path(chosen).expanduser().absolute()
    state = _under_home(environ, "XDG_STATE_HOME", ".local/state")
    return state / "spool" if state else None


def _under_home(environ: Mapping[str, str], variable: str, usual: str) -> Path | None:
    base = environ.get(variable, "")
    if Path(base).is_absolute():
        return Path(base) / "ahnb"
    try:
        return Path(environ["HOME"] if "HOME" in environ else Path.home()) / usual / "ahnb"
    except RuntimeError:
        return None


def _mode(text: str | None) -> Mode:
    mode = (text or "online").strip().lower()
    if mode not in get_args(Mode):
        raise ConfigurationError(f"the mode {text!r} is none of online, offline, disabled")
    return cast("Mode", mode)


def _seconds(text: str | None) -> float:
    try:
        seconds = float(text) if text else EXIT_TIMEOUT_SECONDS
    except ValueError:
        raise ConfigurationError(f"AHNB_EXIT_TIMEOUT={text!r} is not a number") from None
    return min(max(seconds, 0.0), 3600.0) if seconds == seconds else EXIT_TIMEOUT_SECONDS


def _megabytes(text: str | None) -> int:
    try:
        return max(int(text), 1) if text else SPOOL_MB
    except ValueError:
        raise ConfigurationError(f"AHNB_SPOOL_MB={text!r} is not a whole number") from None
