"""Who wants to know when a run begins and ends, beside those who record: a notebook's card."""

from typing import TYPE_CHECKING, Protocol

from ahnb_client.guard import logger

if TYPE_CHECKING:
    from ahnb_client.run import Run


class Observer(Protocol):
    """Told in the thread that begins or ends the run."""

    def began(self, run: "Run", /) -> None:
        """The run began, or goes on after an end."""

    def ends(self, run: "Run", /) -> None:
        """The run is about to end; it still takes records."""

    def ended(self, run: "Run", /) -> None:
        """The run has ended as its `status` says."""


observers: list[Observer] = []


def tell_began(run: "Run") -> None:
    _tell("began", run)


def tell_ends(run: "Run") -> None:
    _tell("ends", run)


def tell_ended(run: "Run") -> None:
    _tell("ended", run)


def _tell(moment: str, run: "Run") -> None:
    for observer in list(observers):
        try:
            getattr(observer, moment)(run)
        except Exception as error:  # noqa: BLE001 - nothing of ours may reach a training
            logger.warning("AHNB could not show a run: %s: %s", type(error).__name__, error)
            observers.remove(observer)
