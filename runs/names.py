"""Names that people and programs give: the rules, and a name where none was given."""

import unicodedata
from functools import lru_cache
from uuid import UUID

from ahnb_platform.errors import Invalid

LONGEST_CHARACTERS = 255
LONGEST_BYTES = 1024

# Marks that turn the reading direction, by which a name could pretend to be another.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Cc control, Cf format, Cn unassigned, Co private, Cs surrogate, Z* separators.
INVISIBLE = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs")
REFUSED = ("Cc", "Cs", "Zl", "Zp")

_FIRST = (
    "amber ample bold brave brisk calm civil clear clever cosmic crisp daring deft eager early"
    " earnest exact fair fine fluent fresh gentle glad golden grand hardy honest humble jolly"
    " keen kind light lively lucid merry mild modest neat nimble noble novel patient plain"
    " polite prime proud quick quiet ready robust rustic serene sharp silent silver simple"
    " sleek smooth snug solid steady still"
)
_SECOND = (
    "acorn aspen badger beacon birch brook canyon cedar comet coral crane creek delta dune"
    " ember falcon fern finch fjord forest garnet glacier grove harbor hazel heron island jasper"
    " juniper lagoon lark lichen linden lynx maple marsh meadow mesa moss oak onyx opal orchid"
    " osprey otter pebble pine plover quartz raven reef ridge river robin sage sparrow spruce"
    " summit thicket tide tundra valley willow wren"
)
ADJECTIVES, NOUNS = _FIRST.split(), _SECOND.split()


def generated_name(run_id: UUID) -> str:
    """Two words and a number, always the same for one id: `quiet-heron-417`."""
    rest, adjective = divmod(run_id.int & (1 << 62) - 1, len(ADJECTIVES))
    rest, noun = divmod(rest, len(NOUNS))
    return f"{ADJECTIVES[adjective]}-{NOUNS[noun]}-{rest % 1000}"


@lru_cache(maxsize=16384)
def clean_name(text: str) -> str:
    """The name in NFC, without space around it.

    Raises:
        Invalid: code `bad-name`; empty or invisible, over 255 characters or 1,024 bytes, control
            characters, or marks that turn the reading direction.
    """
    name = unicodedata.normalize("NFC", text).strip()
    reason = _fault(name)
    if reason:
        raise Invalid(reason, code="bad-name")
    return name


def _fault(name: str) -> str:
    if name.isascii() and name.isprintable() and 0 < len(name) <= LONGEST_CHARACTERS:
        return ""
    if not name:
        return "A name must not be empty."
    kinds = [unicodedata.category(character) for character in name]
    if any(kind in REFUSED for kind in kinds) or not BIDI.isdisjoint(name):
        return "A name must not hold control characters or marks of reading direction."
    if all(kind in INVISIBLE for kind in kinds):
        return "A name must be visible."
    if len(name) > LONGEST_CHARACTERS or len(name.encode()) > LONGEST_BYTES:
        return f"A name has at most {LONGEST_CHARACTERS} characters and {LONGEST_BYTES} bytes."
    return ""
