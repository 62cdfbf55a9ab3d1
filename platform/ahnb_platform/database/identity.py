"""As whom PostgreSQL's programs run: they refuse to run as root.

An ordinary account runs them as itself. Root runs them in a user namespace, where its own number
has another name: no account, owner or mode changes. Where namespaces are forbidden, as in many
containers, they run as `nobody`, who then owns the cluster's folder; the capability to pass
closed folders lets them reach it without opening any parent folder.
"""

import ctypes
import os
import pwd
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import DatabaseError
from .process import set_death_signal

CLONE_NEWUSER = 0x10000000
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2


@dataclass(frozen=True)
class Identity:
    """How a PostgreSQL program is started.

    Attributes:
        owner: the account that must own the cluster's folder, as (uid, gid).
        enter: called in the child before the program is executed.
    """

    owner: tuple[int, int]
    enter: Callable[[], None]

    def before_exec(self) -> None:
        """Change identity, then have the program stop when the keeper dies."""
        self.enter()
        set_death_signal(signal.SIGINT)

    def adopt(self, folder: Path) -> None:
        """Give the whole folder to `owner`, if it belongs to somebody else."""
        if folder.stat().st_uid == self.owner[0]:
            return
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                os.chown(Path(parent, name), *self.owner, follow_symlinks=False)
        os.chown(folder, *self.owner)


def current_identity() -> Identity:
    """The way that works here.

    Raises:
        DatabaseError: root, but neither a user namespace nor another account can be used.
    """
    own = (os.geteuid(), os.getegid())
    if own[0] != 0 and is_named(own[0]):
        return Identity(own, lambda: None)
    nobody = stand_in()
    if works(lambda: enter_namespace(own, nobody)):
        return Identity(own, lambda: enter_namespace(own, nobody))
    if own[0] == 0 and works(lambda: become(nobody)):
        return Identity(nobody, lambda: become(nobody))
    raise DatabaseError(
        "PostgreSQL does not run as root, and neither user namespaces nor a change of account "
        "are allowed here: run this as an ordinary account, or name a server with DATABASE_URL"
    )


def is_named(number: int) -> bool:
    """Whether the account has an entry; `initdb` refuses to run without."""
    try:
        pwd.getpwuid(number)
    except KeyError:
        return False
    return True


def stand_in() -> tuple[int, int]:
    """An existing account without rights, as (uid, gid)."""
    try:
        found = pwd.getpwnam("nobody")
    except KeyError:
        raise DatabaseError("PostgreSQL needs the account `nobody` to run as root") from None
    return found.pw_uid, found.pw_gid


def works(action: Callable[[], None]) -> bool:
    """Try an irreversible change of this process in a child."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            action()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library that returns 0 or sets errno."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def enter_namespace(own: tuple[int, int], inside: tuple[int, int]) -> None:
    """A user namespace in which this account goes by another number."""
    call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside[0]} {own[0]} 1")
    Path("/proc/self/gid_map").write_text(f"{inside[1]} {own[1]} 1")


def become(account: tuple[int, int]) -> None:
    """Another account for good, which keeps the capability to pass closed folders."""
    call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(account[1], account[1], account[1])
    os.setresuid(account[0], account[0], account[0])
    wanted = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Effective, permitted and inheritable sets, each of 64 bits as two halves.
    call("capset", header, (ctypes.c_uint32 * 6)(wanted, wanted, wanted, 0, 0, 0))
    call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)
