"""The few lines that the client says to a person, each once per process."""

import contextlib
import os
import sys

_said: set[str] = set()


def tell(text: str, *, once: str | None = None) -> None:
    """Write one line to standard error; `once` is the kind of which one line is enough."""
    if once is not None:
        if once in _said:
            return
        _said.add(once)
    # A closed or broken standard error must not reach the training.
    with contextlib.suppress(Exception):
        print(f"ahnb: {text}", file=sys.stderr, flush=True)


def tell_address(url: str | None) -> None:
    """Say where a run can be looked at, once a run; not with AHNB_QUIET=1, nor beside a card."""
    from .observers import observers

    if url is not None and not observers and os.environ.get("AHNB_QUIET", "0") in ("", "0"):
        tell(f"recording at {url}", once=f"recording at {url}")
