"""Where in the data directory everything lies."""

import errno
import hashlib
import os
import pwd
import re
from dataclasses import dataclass
from pathlib import Path

from .errors import DatabaseError

# A socket's address holds 104 bytes on macOS and 108 on Linux, with its final NUL.
LONGEST_SOCKET = 103
SOCKET_NAME = ".s.PGSQL.5432"
# Commas separate hosts for libpq and folders for PostgreSQL; quotes and spaces need quoting there.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
SHORT_FOLDERS = Path("/tmp")  # noqa: S108 - the one folder that is short everywhere


@dataclass(frozen=True)
class Places:
    """The files of one data directory; nothing is made by naming them."""

    data: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own folder."""
        return self.data / "postgresql"

    @property
    def unfinished(self) -> Path:
        """A cluster in the making; renamed to `cluster` when whole."""
        return self.data / "postgresql.unfinished"

    @property
    def log(self) -> Path:
        return self.data / "postgresql.log"

    @property
    def users_lock(self) -> Path:
        """Held shared by every process that uses the database."""
        return self.data / "database.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper while it lives."""
        return self.data / "keeper.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the one web server of this data directory."""
        return self.data / "server.lock"

    @property
    def server_url(self) -> Path:
        """Where the web server was last started; commands print links to it."""
        return self.data / "server.url"

    @property
    def sockets(self) -> Path:
        """The folder of the socket; a short one elsewhere when a path would not do for it."""
        folder = self.data / "socket"
        if PLAIN_PATH.fullmatch(str(folder)) and len(f"{folder}/{SOCKET_NAME}") <= LONGEST_SOCKET:
            return folder
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return SHORT_FOLDERS / f"ahnb-{os.geteuid()}-{digest}"

    @property
    def socket(self) -> Path:
        return self.sockets / SOCKET_NAME

    @property
    def title(self) -> str:
        """A word in the title of each PostgreSQL process of this cluster, and of no other's.

        The folder's inode is part of it, as the same path may mean another folder in a container.
        """
        found = self.data.stat()
        whole = os.fsencode(self.data) + f":{found.st_dev}:{found.st_ino}".encode()
        return f"ahnb-{hashlib.sha256(whole).hexdigest()[:12]}"


def account_name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"account {number}"


def explained(error: OSError, path: Path) -> DatabaseError:
    """The same failure in words that say what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DatabaseError(f"The disk that holds {path} is full: free some space, then try again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DatabaseError(
            f"{path} cannot be written by {account_name(os.geteuid())} ({error.strerror}): "
            "choose another folder with AHNB_DATA_DIR"
        )
    return DatabaseError(f"{path}: {error.strerror}")


def make_data_directory(data: Path) -> None:
    """Make the data directory (mode 0700) where it is missing.

    Raises:
        DatabaseError: it belongs to another account, or cannot be made or written.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_owner(data)
        if not os.access(data, os.W_OK | os.X_OK):
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))
    except OSError as error:
        raise explained(error, data) from error


def check_owner(folder: Path) -> None:
    """A folder of another account is refused, root included: files of two owners block both."""
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        raise DatabaseError(
            f"{folder} belongs to {account_name(owner)}, this is {account_name(os.geteuid())}: "
            "run it as that account, or choose another folder with AHNB_DATA_DIR"
        )


def make_private(folder: Path) -> None:
    """Make a folder that only this account enters; one that somebody else laid there is refused.

    Raises:
        DatabaseError: it is a link, another account's, or open to others and not ours to close.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or not folder.is_dir() or found.st_uid != os.geteuid():
            raise DatabaseError(f"{folder} is not a folder of {account_name(os.geteuid())}")
        if found.st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise explained(error, folder) from error
