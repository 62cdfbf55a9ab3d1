"""What the server's answers mean for a client."""

import math
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

MAX_RETRY_AFTER_SECONDS = 600.0
HOLD_SECONDS = 300.0
_MOST_FAULTS = 3  # told of one answer
_FIRST_DELAY_SECONDS, _MAX_DELAY_SECONDS, _MIN_DELAY_SECONDS = 0.5, 60.0, 0.05


class Verdict(Enum):
    """What to do after an answer."""

    ACCEPTED = auto()
    RETRY = auto()  # the same again, later
    HOLD = auto()  # a person has to act; try now and then
    GONE = auto()  # stop sending, keep the spool
    TOO_LARGE = auto()  # split
    REFUSED = auto()  # this content never; go on without it


@dataclass(frozen=True)
class Answer:
    """An answer as far as it could be read; `status` is None when there was none."""

    status: int | None
    document: Mapping[str, Any] = field(default_factory=dict)
    retry_after: float | None = None
    trouble: str = ""  # why there is no answer, in words for people
    needs_person: bool = False  # such as a certificate that cannot be trusted

    @property
    def code(self) -> str:
        return str(self.document.get("code") or "")

    @property
    def reason(self) -> str:
        """What went wrong, in words for people."""
        if self.status is None:
            return self.trouble
        if self.status == 401:
            return (
                "the API key is wrong, expired or revoked: `ahnb login` stores another (HTTP 401)"
            )
        said = self.document.get("detail") or self.document.get("title") or "no words with it"
        return f"{said}{self._faults_in_words(str(said))} (HTTP {self.status})"

    @property
    def faults(self) -> list[Mapping[str, Any]]:
        """Each thing in the request that the server complains about, with its `pointer`."""
        items = self.document.get("errors")
        return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []

    def _faults_in_words(self, said: str) -> str:
        """Which field, and what is wrong with it; a long list is cut."""
        words = [
            f"{str(fault.get('pointer') or 'body').strip('/')}: {fault.get('detail')}"
            for fault in self.faults
            if fault.get("detail") not in (None, said)
        ]
        more = [f"and {len(words) - _MOST_FAULTS} more"] if len(words) > _MOST_FAULTS else []
        return " " + "; ".join(words[:_MOST_FAULTS] + more) if words else ""


def verdict(answer: Answer, *, is_ours: bool) -> Verdict:
    """What an answer means; `is_ours` says whether a 2xx has the form that our server gives."""
    status = answer.status
    if status is None or not 200 <= status < 500 or status in {408, 425, 429}:
        return Verdict.HOLD if answer.needs_person else Verdict.RETRY
    if status < 400:
        # A captive portal answers 200 too: what is not our JSON confirms nothing.
        return Verdict.ACCEPTED if status < 300 and is_ours else Verdict.RETRY
    if status in {401, 403, 426}:
        return Verdict.HOLD
    if status in {404, 410}:
        return Verdict.GONE
    return Verdict.TOO_LARGE if status == 413 else Verdict.REFUSED


def is_batch_answer(document: Mapping[str, Any]) -> bool:
    acked, rejected = document.get("acked"), document.get("rejected")
    return type(acked) is int and acked >= 0 and isinstance(rejected, list)


def is_run_document(document: Mapping[str, Any], run_id: str) -> bool:
    return document.get("id") == run_id


def retry_after(header: str | None, now: float | None = None) -> float | None:
    """Seconds to wait by a Retry-After header, at most ten minutes; None if it says nothing."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            from email.utils import parsedate_to_datetime  # large, and rarely needed

            seconds = parsedate_to_datetime(header).timestamp()
        except (ValueError, OverflowError):
            return None
        seconds -= time.time() if now is None else now
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)


class Backoff:
    """Growing pauses with full jitter, so that many clients do not come back together."""

    def __init__(self) -> None:
        self.failures = 0

    def succeed(self) -> None:
        self.failures = 0

    def fail(self, limit: float = _MAX_DELAY_SECONDS) -> float:
        """Seconds to wait after one more failure."""
        longest = min(limit, _FIRST_DELAY_SECONDS * 2 ** min(self.failures, 20))
        self.failures += 1
        return _MIN_DELAY_SECONDS + random.uniform(0, longest)  # noqa: S311 - no secret
