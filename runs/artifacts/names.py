"""Names of artifacts: words between slashes. A name is only ever shown, never used as a path."""

import re

from ahnb_platform.errors import Invalid, Malformed

from ..names import clean_name

# Dots, slashes, colons and NUL in the disguise of an address, once or more often.
DISGUISED = re.compile(r"%(25)*(2e|2f|5c|3a|00)", re.IGNORECASE)


def clean_artifact_name(text: str) -> str:
    """The name in NFC.

    Raises:
        Malformed: code `bad-artifact-name`; no name by the rules of all names, or one that some
            system could take for a path to elsewhere.
    """
    try:
        name = clean_name(text)
    except Invalid as error:
        raise _bad(error.detail) from error
    if "\\" in name or ":" in name or DISGUISED.search(name):
        raise _bad("A file's name holds no backslash, colon or percent-encoded sign of a path.")
    if any(not word.strip(" .") or word != word.strip(" ") for word in name.split("/")):
        raise _bad("A file's name is made of words between single slashes, without “.” and “..”.")
    return name


def name_key(name: str) -> str:
    """What two names share that differ by case alone."""
    return name.casefold()


def _bad(detail: str) -> Malformed:
    return Malformed(detail, code="bad-artifact-name")
