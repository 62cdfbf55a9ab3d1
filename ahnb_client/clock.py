"""Wall-clock seconds that never run backwards within a process."""

import time
from datetime import UTC, datetime

# A clock that goes on while the machine sleeps; where there is none, the monotonic one.
CLOCK: int = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", 0))


def _monotonic(_clock: int) -> float:
    return time.monotonic()


# Windows has no such clocks.
clock_seconds = getattr(time, "clock_gettime", _monotonic)

ORIGIN: float = time.time() - clock_seconds(CLOCK)


def now() -> float:
    """Seconds since the epoch, UTC: the wall clock as it stood at import, plus time passed.

    Setting the system's clock does not move it, so that durations are never negative.
    """
    return ORIGIN + float(clock_seconds(CLOCK))


def as_iso(seconds: float) -> str:
    """Seconds since the epoch, UTC, as ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
