"""What stands on a page."""

import re
from typing import Any


def text_of(answer: Any) -> str:
    """What a person reads, without tags and with single spaces."""
    body = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))
