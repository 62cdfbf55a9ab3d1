"""Tags and filters that every template has (a builtin of settings.TEMPLATES)."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from .. import formats
from ..quoting import with_spread

register = template.Library()
register.filter("number", formats.number)
register.filter("given", formats.given)
register.filter("size", formats.size)
register.filter("duration", formats.duration)
register.filter("shape", formats.shape)

STATUS_COLOURS = {
    "running": "blue",
    "finished": "green",
    "failed": "red",
    "interrupted": "orange",
    "preempted": "orange",
    "lost": "yellow",
}
# What is longer is shown by its beginning.
LONGEST_VALUE, BEGIN_OF_VALUE = 300, 160
MISSING = SafeString('<span class="text-secondary">–</span>')


@cache
def sprite() -> str:
    """Where the symbols are; a page asks some two hundred times."""
    return static("vendor/icons.svg")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One symbol of the sprite; decorative unless it has a label."""
    url = sprite()
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>',
            label,
            url,
            name,
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', url, name)


@register.simple_tag
def when(moment: datetime | None, form: str = "ago") -> SafeString | str:
    """A `<time>`: how long ago (or `form="local"`: date and time), UTC on hover."""
    if moment is None:
        return "–"
    words = formats.local(moment) if form == "local" else formats.ago(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), formats.utc(moment), words
    )


@register.simple_tag
def long(value: object) -> SafeString | str:
    """A value as it was given; of a long text the beginning, and the whole on a click."""
    text = formats.given(value)
    if len(text) <= LONGEST_VALUE:
        return text
    return format_html(
        '<details class="long-value"><summary><span class="long-begin">{}… </span>'
        '<span class="long-all">all {} characters</span></summary>'
        '<div class="long-text">{}</div></details>',
        text[:BEGIN_OF_VALUE].rstrip(),
        formats.number(len(text)),
        text,
    )


@register.simple_tag
def status(name: str) -> SafeString:
    """A run's status: the word, and a dot that repeats it as a colour."""
    return format_html(
        '<span class="status-word"><span class="dot dot-{}"></span>{}</span>',
        STATUS_COLOURS.get(name, "secondary"),
        name,
    )


@register.simple_tag
def measure(value: float | None, digits: int = 4) -> SafeString:
    """A measured number in short, with all its digits on hover and when copied by a program."""
    if value is None:
        return MISSING
    return format_html(
        '<data value="{0}" title="{0}">{1}</data>', repr(value), formats.number(value, digits)
    )


@register.simple_tag
def cell(shown: Any) -> SafeString:
    """A table's cell with a measured number or a parameter (`is_param`) as its `value`.

    A tag, since a page has hundreds of them and conditions in a template are slow.
    """
    if shown.value is None or not shown.is_param:
        inner = measure(shown.value)
    else:
        inner = escape(formats.given(shown.value))
    best = " best" if shown.is_best else ""
    opened = f'<td class="num{best}">' if shown.is_number else "<td>"
    return mark_safe(f"{opened}{inner}</td>")  # noqa: S308 - its parts are escaped


@register.simple_tag
def spread(mean: float | None, deviation: float | None) -> str:
    """A mean to the place of its standard deviation, `0.948 ± 0.004`."""
    return formats.sign(with_spread(mean, deviation))


@register.simple_tag
def sparkline(
    values: Sequence[float | None], width: int = 72, height: int = 20
) -> SafeString | str:
    """A small curve of `values`, broken at gaps; decorative, since its numbers stand beside."""
    lines = polylines(values, width, height)
    if not lines:
        return ""
    points = [" ".join([f"{x:.1f},{y:.1f}" for x, y in line]) for line in lines]
    body = "".join([f'<polyline points="{one}"/>' for one in points])
    return mark_safe(  # noqa: S308 - numbers alone
        f'<svg class="sparkline" width="{width:d}" height="{height:d}" '
        f'viewBox="0 0 {width:d} {height:d}" aria-hidden="true">{body}</svg>'
    )


def polylines(
    values: Sequence[float | None], width: int, height: int
) -> list[list[tuple[float, float]]]:
    """The points of `values` in a box with a margin of 2, broken where a value is missing."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return []
    low, high = min(known), max(known)
    across = (width - 4) / (len(values) - 1)
    scale = (height - 4) / (high - low) if high > low else 0.0
    lines: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            lines.append([])
        else:
            y = height - 2 - (value - low) * scale if scale else height / 2
            lines[-1].append((2 + index * across, y))
    return [line for line in lines if len(line) > 1]


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """This page's query string with some parameters changed; None or "" removes one."""
    request: HttpRequest = context["request"]
    parameters = request.GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}" if parameters else request.path


@register.inclusion_tag("components/_field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
    """One form field with label, help and errors, in Tabler's dress."""
    widget = bound.field.widget
    ticks = isinstance(widget, CheckboxInput)
    many = isinstance(widget, CheckboxSelectMultiple | RadioSelect)
    kind = "form-check-input" if ticks or many else "form-control"
    if isinstance(widget, Select) and not many:
        kind = "form-select"
    attributes: dict[str, Any] = {"class": f"{kind}{' is-invalid' if bound.errors else ''}"}
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attributes),
        "label": label or bound.label,
        "ticks": ticks,
        "many": many,
    }


@register.filter
def item(mapping: dict[str, Any], key: str) -> Any:
    """The entry of a dictionary whose key is only known in the template; None without one."""
    return mapping.get(key)


@register.inclusion_tag("components/_first_run.html", takes_context=True)
def first_run(context: dict[str, Any], path: str = "team/project") -> dict[str, str]:
    """How to send a first run to this very server, as snippets to copy."""
    server = settings.PUBLIC_URL or context["request"].build_absolute_uri("/").rstrip("/")
    return {
        "login_snippet": f"ahnb login --server {server}",
        "fit_snippet": "from ahnb_client import AHNBCallback\n\n"
        f'model.fit(x, y, epochs=10, callbacks=[AHNBCallback("{path}")])',
    }


@register.filter
def pairs(value: object) -> list[tuple[str, object]]:
    """The entries of a dictionary that say something; nothing for anything else."""
    if not isinstance(value, dict):
        return []
    return [(key, entry) for key, entry in value.items() if entry not in (None, "", [], {})]


@register.filter
def leaves(value: object, prefix: str = "") -> list[tuple[str, object]]:
    """A tree of JSON as rows: the dotted path of each value that says something."""
    if not isinstance(value, dict | list):
        return [(prefix, value)] if value not in (None, "") else []
    below = value.items() if isinstance(value, dict) else enumerate(value)
    rows = []
    for key, entry in below:
        rows += leaves(entry, f"{prefix}.{key}" if prefix else str(key))
    return rows
