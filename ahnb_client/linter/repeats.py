"""Tells whether what a training is about to do was done before."""

import threading

from ahnb_client.client.asking import Asker
from ahnb_client.config import Config
from ahnb_client.guard import logger
from ahnb_client.notices import tell
from ahnb_client.run import Run

# The server knows a configuration once parameters and model have arrived there.
WAIT_SECONDS = 20.0


def tell_repeats(run: Run, config: Config) -> threading.Thread | None:
    """Ask the server, in a thread of its own, for earlier runs of the same configuration.

    What it says of the newest is told in a line; the training never waits for it. Gives the
    thread, None where the run is not sent to a server.
    """
    if not config.can_send:
        return None
    thread = threading.Thread(target=_tell, args=(run, config), name="ahnb-repeats", daemon=True)
    thread.start()
    return thread


def _tell(run: Run, config: Config) -> None:
    try:
        if not run.wait(WAIT_SECONDS):
            return
        asker = Asker(config)
        try:
            answer = asker.get(f"runs/{run.id}/repeats/")
        finally:
            asker.close()
        results = answer.get("results")
        if results:
            told = f"{results[0]['text']} {config.server}/runs/{results[0]['id']}/"
            tell(told, once=f"repeats of {run.id}")
    except Exception as error:  # noqa: BLE001 - an older server, or one that went away
        logger.debug("AHNB does not know whether this was run before: %r", error)
