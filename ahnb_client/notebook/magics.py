"""``%nb text`` and ``%%nb``: notes on the run that is under way, or was last."""

from typing import Any

from .session import Session

NAME = "nb"


def add_magics(shell: Any, session: Session) -> None:
    """Make ``%nb`` and ``%%nb`` known to IPython."""

    def nb(line: str, cell: str | None = None) -> None:
        """Note a remark, in Markdown, on the run that is under way or was last.

        ``%nb loss looks flat`` on a line, or a cell that begins with ``%%nb``, whose text is the
        note; nothing in it is executed. Without a run the note waits for the next one.
        """
        text = "\n\n".join(part.strip() for part in (line, cell or "") if part.strip())
        print(session.note(text) if text else "usage: %nb TEXT, or %%nb above a cell of text")

    shell.register_magic_function(nb, "line_cell", NAME)


def remove_magics(shell: Any) -> None:
    """Take them away again."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop(NAME, None)
