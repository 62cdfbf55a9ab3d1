"""Which tasks there are, and how often each is due.

An app registers in its `AppConfig.ready`:

    from ahnb_platform.work import schedule

    schedule.every(timedelta(hours=1), "clear-sessions")(clear_sessions)

The function takes nothing and does one bounded step, some seconds at most, in transactions of its
own. It returns `schedule.MORE` when there is more to do at once. A step may be run twice, when the
worker that ran it was cut off: what it does must bear that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

MORE: Literal[True] = True
Step = Callable[[], bool | None]


@dataclass(frozen=True)
class Task:
    """One thing to do again and again."""

    name: str
    interval: timedelta
    step: Step


class Schedule:
    """Tasks by their names."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}

    def every(self, interval: timedelta, name: str) -> Callable[[Step], Step]:
        """A decorator that registers a step.

        Args:
            interval: from the beginning of one step to the next.
            name: in kebab-case, once in the whole server.

        Raises:
            ValueError: the name is taken.
        """

        def register(step: Step) -> Step:
            if name in self.tasks:
                raise ValueError(f"two tasks are called {name}")
            self.tasks[name] = Task(name, interval, step)
            return step

        return register


USUAL = Schedule()
every = USUAL.every
