"""The end of a token, as the server states it before it comes."""

from datetime import datetime

from ..notices import tell

HEADER = "AHNB-Token-Expires"
_LONGEST = 40


def tell_expiry(stated: str | None) -> None:
    """Print once in a process that the API key ends or has ended; a header that is none is silent.

    Args:
        stated: the value of `HEADER`, a time by RFC 3339.
    """
    try:
        ends = datetime.fromisoformat((stated or "")[:_LONGEST])
    except ValueError:
        return
    when = f"{ends:%Y-%m-%d %H:%M} {ends.tzname() or ''}".strip()
    if ends.timestamp() > datetime.now().timestamp():
        text = f"the API key expires at {when}; make another in time, `ahnb login` stores it"
    else:
        text = (
            f"the API key expired at {when}: runs that it started go on for a few days, "
            "new ones need another key (`ahnb login`)"
        )
    tell(text, once="token expires")
