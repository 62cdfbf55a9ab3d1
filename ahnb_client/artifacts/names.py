"""Names of files as servers take them, so that a person hears at once of one that none takes."""

import re
import unicodedata

from ..errors import ConfigurationError

_LONGEST_CHARACTERS, _LONGEST_BYTES = 255, 1024
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
REFUSED = frozenset(("Cc", "Cs", "Zl", "Zp"))
INVISIBLE = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"))
_DISGUISED = re.compile(r"%(25)*(2e|2f|5c|3a|00)", re.IGNORECASE)


def file_name(text: str) -> str:
    """The name in NFC: words between single slashes.

    Raises:
        ConfigurationError: no server takes it; the message says why.
    """
    name = unicodedata.normalize("NFC", text).strip()
    if fault := _fault(name):
        raise ConfigurationError(f"{text!r} cannot be the name of a file: {fault}")
    return name


def _fault(name: str) -> str:
    kinds = {unicodedata.category(sign) for sign in name}
    if kinds & REFUSED or not BIDI.isdisjoint(name):
        return "it holds control characters or marks of reading direction"
    if kinds <= INVISIBLE:
        return "it is empty"
    if len(name) > _LONGEST_CHARACTERS or len(name.encode()) > _LONGEST_BYTES:
        return f"it has more than {_LONGEST_CHARACTERS} characters or {_LONGEST_BYTES} bytes"
    if "\\" in name or ":" in name or _DISGUISED.search(name):
        return "it holds a backslash, a colon or a percent-encoded sign of a path"
    if any(not word.strip(" .") or word != word.strip(" ") for word in name.split("/")):
        return "it is made of words between single slashes, without “.” and “..”"
    return ""
