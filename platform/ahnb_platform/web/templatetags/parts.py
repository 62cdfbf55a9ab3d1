"""Parts that pages put their own content into (a builtin of settings.TEMPLATES)."""

from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def listing(
    content: SafeString, name: str, columns: str, *, numbers: str = "", empty: str = ""
) -> str:
    """A table of things with what can be done to each; on a phone every row is a card.

    Args:
        content: its rows. On a phone a cell says its column by `data-label`.
        name: what the table is called where it is read aloud.
        columns: heads, separated by commas; the head “Actions” is not shown.
        numbers: those of them that stand to the right.
        empty: said where there is no row.
    """
    named = [head.strip() for head in columns.split(",")]
    return get_template("components/_listing.html").render(
        {
            "name": name,
            "columns": [(head, head in numbers.split(",")) for head in named],
            "rows": content if content.strip() else "",
            "empty": empty,
        }
    )


@register.simple_block_tag(takes_context=True)
def form_card(
    context: Context, content: SafeString, title: str = "", address: str = "", form: Any = None
) -> str:
    """A card that is one form: its title, what is wrong with `form`, and its fields.

    Args:
        context: of the page; without `form` the page's own form is meant.
        content: fields and buttons.
        title: of the card; a card without one has no head.
        address: where it is sent to; to the page itself when empty.
        form: whose errors are told.
    """
    card = {"title": title, "address": address, "fields": content}
    page_form = {} if form is None else {"form": form}
    with context.push(**card, **page_form):
        found = get_template("components/_form_card.html")
        return found.template.render(context)  # type: ignore[attr-defined]


@register.inclusion_tag("components/_act.html")
def act(
    address: str, words: str, sign: str = "", *, label: str = "", of: object = "", **sent: str
) -> dict[str, Any]:
    """A form of one small button.

    Args:
        address: where it is sent to.
        words: on the button.
        sign: the symbol before them.
        label: what is read aloud instead of `words`.
        of: what it is done to, read aloud behind the label.
        sent: the name and value that it sends, at most one.
    """
    name, value = next(iter(sent.items()), ("", ""))
    spoken = f"{label or words} {of}".strip() if label or of else ""
    return {
        "address": address,
        "words": words,
        "sign": sign,
        "spoken": spoken,
        "name": name,
        "value": value,
    }
