"""Keeps our failures away from the training: told once, counted, that part switched off."""

import functools
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any, ParamSpec

from ahnb_client.errors import LintError

P = ParamSpec("P")

logger = logging.getLogger("ahnb_client")


class Guard:
    """Runs parts of the recording; one that fails is logged and not tried again.

    `errors` counts the failures by part. A strict guard raises instead.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.errors: Counter[str] = Counter()

    def call(self, part: str, action: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> Any:
        """Return what `action` returns; None when it fails or its part is switched off.

        Raises:
            LintError: what `action` found, which a person wants to be stopped by.
            Exception: whatever `action` raises, if strict.
        """
        if part in self.errors:
            return None
        try:
            return action(*args, **kwargs)
        except LintError:
            raise
        except Exception as error:  # noqa: BLE001 - nothing of ours may reach fit()
            self.failed(part, error)
            return None

    def failed(self, part: str, error: Exception) -> None:
        """Switch `part` off because of `error`, or raise it again if strict."""
        if self.strict:
            raise error
        self.errors[part] += 1
        if self.errors[part] == 1:
            logger.warning(
                "AHNB could not record %s: %s: %s. The training goes on without it.",
                part,
                type(error).__name__,
                error,
                exc_info=logger.isEnabledFor(logging.DEBUG),
            )


def guarded(part: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a method of an object with a `guard`, so that it never raises."""

    def decorate(hook: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(hook)
        def safe(self: Any, *args: Any, **kwargs: Any) -> Any:
            return self.guard.call(part, hook, self, *args, **kwargs)

        return safe

    return decorate
