"""The runs of this process, and what happens to them when it forks, is told to stop, or ends."""

from typing import TYPE_CHECKING

from .config import Config
from .notices import tell
from .transport.journal import Journal
from .transport.spool import Header, Spool

if TYPE_CHECKING:
    from .run import Run

MAX_REASON = 1000
_live: dict[str, "Run"] = {}


def live_run(run_id: str) -> "Run | None":
    """The run of this id, if it was begun in this process and has not ended."""
    return _live.get(run_id)


def begin(
    run: "Run", header: Header, spool: Spool | None, journal: Journal, config: Config
) -> None:
    """Know a run, and have what it records delivered."""
    _live[run.id] = run
    if not config.can_send:
        tell(f"recording offline; `ahnb sync` uploads it later ({journal.folder})", once="offline")


def end(run: "Run") -> None:
    """The run takes no more records; what it holds is still delivered."""
    _live.pop(run.id, None)


def take_up(run: "Run") -> None:
    """The run goes on in the journal that it had."""
    _live[run.id] = run


def wait(run: "Run", timeout: float) -> bool:
    return False


def outcome(error: BaseException | None) -> tuple[str, str | None]:
    """The status and reason of something that ended with `error`."""
    if error is None:
        return "finished", None
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", None
    if isinstance(error, SystemExit):
        return exit_outcome(error.code)
    return "failed", f"{type(error).__name__}: {error}"[:MAX_REASON]


def exit_outcome(code: object) -> tuple[str, str | None]:
    """The status and reason of a program that left with `sys.exit(code)`."""
    if code is None or code == 0:
        return "finished", None
    return "failed", f"exit status {code}"[:MAX_REASON]
