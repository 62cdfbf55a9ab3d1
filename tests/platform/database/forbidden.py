"""Surroundings that refuse something, made for one child process without touching the system."""

import ctypes
import os
from pathlib import Path

CLONE_NEWUSER = 0x10000000
CLONE_NEWNS = 0x00020000
PR_CAPBSET_DROP = 24
LAST_CAPABILITY = 40
# chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, net_raw,
# sys_chroot, mknod, audit_write, setfcap: what a container's root usually has.
CONTAINER_CAPABILITIES = {0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31}


def without_namespaces() -> None:
    """Be root as in a container: few capabilities, and no user namespaces."""
    library = ctypes.CDLL(None, use_errno=True)
    unshare_with_all_accounts(library)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    for number in range(LAST_CAPABILITY + 1):
        if number not in CONTAINER_CAPABILITIES:
            library.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)


def unshare_with_all_accounts(library: ctypes.CDLL) -> None:
    """A user namespace with root and all others; only a helper outside may write such a map."""
    readable, writable = os.pipe()
    helper = os.fork()
    if helper == 0:
        os.read(readable, 1)
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{os.getppid()}/{name}").write_text("0 0 65536")
        os._exit(0)
    if library.unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    os.write(writable, b"x")
    os.waitpid(helper, 0)
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)


def on_small_disk(folder: Path, size: str) -> None:
    """See a file system of that size (0 = read only) at `folder`, this process and its children."""
    library = ctypes.CDLL(None, use_errno=True)
    own = (os.geteuid(), os.getegid())
    if library.unshare(CLONE_NEWNS | (0 if own[0] == 0 else CLONE_NEWUSER)) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if own[0] != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{own[0]} {own[0]} 1")
        Path("/proc/self/gid_map").write_text(f"{own[1]} {own[1]} 1")
    mount(library, b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    flags, options = (MS_RDONLY, b"") if size == "0" else (0, f"size={size}".encode())
    mount(library, b"none", os.fsencode(folder), b"tmpfs", flags, options)


MS_RDONLY = 1
MS_REC = 16384
MS_PRIVATE = 1 << 18


def mount(library: ctypes.CDLL, *arguments: bytes | int | None) -> None:
    if library.mount(*arguments) != 0:
        raise OSError(ctypes.get_errno(), "mount")
