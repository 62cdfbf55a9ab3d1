"""Wall-clock seconds that never run backwards within a process."""

import time

# A clock that goes on while the machine sleeps; where there is none, the monotonic one.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def _elapsed() -> float:
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


_ORIGIN = time.time() - _elapsed()


def now() -> float:
    """Seconds since the epoch, UTC: the wall clock as it stood at import, plus time passed.

    Setting the system's clock does not move it, so that durations are never negative.
    """
    return _ORIGIN + _elapsed()
