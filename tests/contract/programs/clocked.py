"""Logs while the clocks that it sees jump, as no test may make those of the machine do.

    clocked FOLDER POINTS KIND

Half way the wall clock goes a day `ahead` or a day `back`, the end of summer time comes (`dst`),
or the machine sleeps for eight hours (`sleep`): the wall clock and the clock since boot go on,
the monotonic one has stood still. `early` has a wall clock a day ahead from the beginning.
"""

import os
import sys
import time
from pathlib import Path

DAY, NIGHT = 86_400.0, 8 * 3600.0
BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
END_OF_SUMMER_TIME = 1_729_990_800.0  # 2024-10-27 01:00 UTC

wall_ahead = boot_ahead = 0.0
wall, clock = time.time, time.clock_gettime


def time_now() -> float:
    return wall() + wall_ahead


def clock_now(number: int) -> float:
    ahead = {time.CLOCK_REALTIME: wall_ahead, time.CLOCK_BOOTTIME: boot_ahead}
    return clock(number) + ahead.get(number, 0.0)


def begin(kind: str) -> None:
    global wall_ahead
    time.time, time.clock_gettime = time_now, clock_now
    time.time_ns = lambda: int(time_now() * 1e9)
    if kind == "early":
        wall_ahead = DAY
    if kind == "dst":
        os.environ["TZ"] = BERLIN
        time.tzset()
        wall_ahead = END_OF_SUMMER_TIME - 1.0 - wall()


def jump(kind: str) -> None:
    global wall_ahead, boot_ahead
    wall_ahead += {"ahead": DAY, "back": -DAY, "sleep": NIGHT, "dst": 2.0}.get(kind, 0.0)
    boot_ahead += NIGHT if kind == "sleep" else 0.0


if __name__ == "__main__":
    folder, points, kind = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    begin(kind)
    import ahnb_client  # what it takes from `time` is what it finds there now

    with ahnb_client.run() as run, (folder / "loop.csv").open("w") as truth:
        (folder / "loop.run").write_text(run.id)
        for step in range(points):
            if step == points // 2:
                jump(kind)
            run.log({"reward": step / 7}, step=step)
            truth.write(f"reward,{step},{step / 7!r}\n")
            truth.flush()
            time.sleep(0.001)
        (folder / "logged").touch()
        while kind == "early" and not (folder / "stop").exists():
            time.sleep(0.01)
