"""Numbers, sizes and times as people read them, without saying more or less than is known."""

import math
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.utils import timezone

SIZES = ("bytes", "kB", "MB", "GB", "TB")


def number(value: float | int | str | None, digits: int = 4) -> str:
    """A measured value with `digits` significant digits; thousands grouped, tiny ones as 9.1e-4.

    A value that is not whole is never shown as a whole number: 0.99996 stays 0.99996, since
    1.000 would claim perfection. Whole numbers are exact up to fifteen digits.
    """
    if value is None or isinstance(value, str):  # a template has "" where there is nothing
        return "–"
    if isinstance(value, bool | int):
        return whole(value)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value.is_integer() and abs(value) < 1e15:
        return whole(int(value))
    return sign(_significant(value, digits))


def counted(count: int, one: str, many: str = "") -> str:
    """`1 epoch`, `1,200 epochs`."""
    return f"{number(count)} {one if abs(count) == 1 else many or one + 's'}"


def whole(value: int) -> str:
    return sign(f"{value:,}") if abs(value) < 10**15 else sign(f"{value:.6e}")


def _significant(value: float, digits: int) -> str:
    size = abs(value)
    if size < 1e-3 or size >= 1e7:
        return _scientific(value, digits)
    decimals = max(digits - 1 - math.floor(math.log10(size)), 0)
    while decimals < 17 and float(f"{value:.{decimals}f}").is_integer():
        decimals += 1
    return f"{value:,.{decimals}f}"


def _scientific(value: float, digits: int) -> str:
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}e{int(exponent)}"


def sign(text: str) -> str:
    """The typographic minus in front; exponents keep the plain one so that they can be typed."""
    return "−" + text[1:] if text.startswith("-") else text


def given(value: object) -> str:
    """A parameter as it was given: numbers in their shortest honest form, texts unquoted.

    Of a described object (`{"class": "L2", "l2": 0.01}`) the class comes first; other trees are
    written as `key value` pairs. Nothing is a dash.
    """
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "–"}[value]
    if isinstance(value, list | tuple):
        return ", ".join(map(given, value))
    if isinstance(value, Mapping):
        return _tree(value)
    if isinstance(value, float) and math.isfinite(value):
        return _shortest(value)
    return str(value)


def _tree(tree: Mapping[str, object]) -> str:
    """A tree in words; a serialized Keras object (`class_name`, `config`) as its class."""
    settings = dict(tree)
    name = settings.pop("class", None) or settings.pop("class_name", None)
    if name is not None and isinstance(config := settings.pop("config", {}), Mapping):
        for key in ("module", "registered_name", "class_name", "build_config"):
            settings.pop(key, None)
        settings |= config
    told = [(key, entry) for key, entry in settings.items() if entry not in (None, "", [], {})]
    words = ", ".join(f"{key} {given(entry)}" for key, entry in told)
    if name is None:
        return words or "–"
    return f"{name} ({words})" if words else str(name)


def _shortest(value: float) -> str:
    """The fewest digits that still name this number; of a float32 that was widened, its own."""
    text = repr(_narrowed(value)).removesuffix(".0")
    return text.replace("e-0", "e-").replace("e+", "e")


def _narrowed(value: float) -> float:
    """0.001 for 0.0010000000474974513: the shortest decimal of the same float32, if it is one."""
    try:
        single = struct.pack("f", value)
    except OverflowError:
        return value
    if struct.unpack("f", single)[0] != value:
        return value
    candidates = (float(f"{value:.{digits}g}") for digits in range(1, 10))
    return next((short for short in candidates if struct.pack("f", short) == single), value)


def shape(value: object) -> str:
    """A tensor's shape, `(None, 64)`; of several, one after the other."""
    if isinstance(value, dict):
        return ", ".join(shape(part) for part in value.values())
    if not isinstance(value, list):
        return "–"
    if any(isinstance(part, list | dict) for part in value):
        return ", ".join(shape(part) for part in value)
    ends = ["None" if part is None else str(part) for part in value]
    return f"({', '.join(ends)}{',' if len(ends) == 1 else ''})"


def size(count: int | None) -> str:
    """Bytes in decimal units with up to three significant digits."""
    if count is None:
        return "–"
    if count == 1:
        return "1 byte"
    amount, unit = float(count), 0
    while amount >= 999.5 and unit < len(SIZES) - 1:
        amount, unit = amount / 1000, unit + 1
    return (
        f"{amount:.0f} {SIZES[unit]}"
        if amount >= 10 or not unit
        else (f"{amount:.1f} {SIZES[unit]}")
    )


def duration(seconds: float | timedelta | None) -> str:
    """A stretch of time with its two largest units: 1.8 s, 4 min 2 s, 3 h 20 min, 2 d 4 h."""
    if seconds is None:
        return "–"
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    return _two_units(round(seconds))


def _two_units(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    for larger, large, smaller, small in (
        (86_400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if seconds >= larger:
            rest = seconds % larger // smaller
            return f"{seconds // larger} {large}" + (f" {rest} {small}" if rest else "")
    return f"{seconds} s"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, in words; a date once that is more than 30 days."""
    seconds = ((now or timezone.now()) - moment).total_seconds()
    if seconds < -60:
        return local(moment)
    if seconds < 10:
        return "just now"
    for limit, unit, name in (
        (90, 1, "s"),
        (5400, 60, "min"),
        (129_600, 3600, "h"),
        (30 * 86_400, 86_400, "days"),
    ):
        if seconds < limit:
            return f"{seconds / unit:.0f} {name} ago"
    return timezone.localtime(moment).strftime("%-d %b %Y")


def local(moment: datetime) -> str:
    """Date and time in the reader's zone."""
    return timezone.localtime(moment).strftime("%-d %b %Y %H:%M")


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def utc_seconds(seconds: float) -> str:
    """A moment given as seconds since the epoch, to the millisecond."""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{seconds} s"
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + " UTC"
