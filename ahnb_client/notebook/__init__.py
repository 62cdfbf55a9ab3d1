"""Notebooks: the cells as they ran, notes from cells, and a card for each run."""

from typing import Any


def load(shell: Any) -> None:
    """Listen to the cells of `shell`, add the magic ``nb`` and show the runs."""
    from .magics import add_magics
    from .session import session_of

    session = session_of(shell)
    session.show_runs()
    add_magics(shell, session)


def unload(shell: Any) -> None:
    """Leave the shell as it was; runs under way go on."""
    from .magics import remove_magics
    from .session import forget_session

    remove_magics(shell)
    forget_session()
