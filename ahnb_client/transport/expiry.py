"""The end of a token, as the server states it before it comes."""

from datetime import datetime, timedelta

from ..notices import tell

HEADER = "AHNB-Token-Expires"
_LONGEST = 40
# A server states the end two weeks before: to say it all that time says it in every notebook.
_SOON = timedelta(hours=24)


def tell_expiry(stated: str | None) -> None:
    """Print once in a process that the API key ends within a day, or has ended.

    A process that goes on until then prints it on the last day. A header that is no time is
    silent.

    Args:
        stated: the value of `HEADER`, a time by RFC 3339.
    """
    try:
        ends = datetime.fromisoformat((stated or "")[:_LONGEST])
    except ValueError:
        return
    left = ends.timestamp() - datetime.now().timestamp()
    if left > _SOON.total_seconds():
        return
    when = f"{ends:%Y-%m-%d %H:%M} {ends.tzname() or ''}".strip()
    if left > 0:
        text = f"the API key expires at {when}; make another in time, `ahnb login` stores it"
    else:
        text = (
            f"the API key expired at {when}: runs that it started go on for a few days, "
            "new ones need another key (`ahnb login`)"
        )
    tell(text, once="token expires")
