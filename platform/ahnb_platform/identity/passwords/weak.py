"""Passwords that are long and still guessed early: a known one that was padded, a walk, a name.

Guessing programs begin with the common passwords and mangle them: a capital, other signs that look
alike, digits and marks behind, the same twice. These rules undo it. The list of common passwords
is the one that Django carries.
"""

import itertools
import re
from collections.abc import Collection

SITE_WORDS = ("ahnb", "adhocnotabene", "notabene", "adhoc")
LOOKS_LIKE = str.maketrans("@4301!$57+", "aaeoiisstt")
ROWS = ("1234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "yxcvbnm", "zxcvbnm")
COLUMNS = ("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "1qay", "6zhn")
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
WALK_SHARE = 0.7
FEWEST_SIGNS = 5
# What has to be left when names and digits are taken away.
OWN_SIGNS = 6
PADDING = "0123456789!@#$%^&*()-_=+.,;:?/ "
_STEPS = {
    pair
    for row in (*ROWS, *COLUMNS, ALPHABET)
    for pair in itertools.chain(itertools.pairwise(row), itertools.pairwise(row[::-1]))
}


def is_mangled(password: str, common: Collection[str]) -> bool:
    """Whether it is a common password, padded, respelled or repeated."""
    folded = password.lower()
    cores = {folded.strip(PADDING), folded.translate(LOOKS_LIKE).strip(PADDING)}
    cores |= {core.translate(LOOKS_LIKE) for core in cores}
    return any(unit in common for core in cores for unit in (core, repeated_unit(core)) if unit)


def repeated_unit(text: str) -> str:
    """What the text repeats, whole: “passwordpassword” is “password” twice; empty for none."""
    match = re.fullmatch(r"(.+?)\1+", text, re.DOTALL)
    return match[1] if match else ""


def has_few_signs(password: str) -> bool:
    """Whether it repeats a short unit, or has hardly any different signs."""
    unit = repeated_unit(password.lower())
    return len(set(password.lower())) < FEWEST_SIGNS or 0 < len(unit) <= OWN_SIGNS


def is_walk(password: str) -> bool:
    """Whether most of it goes along the keyboard, the alphabet or the digits."""
    folded = password.lower()
    steps = list(itertools.pairwise(folded))
    walked = sum(pair in _STEPS or pair[0] == pair[1] for pair in steps)
    return bool(steps) and walked / len(steps) >= WALK_SHARE


def is_mostly_names(password: str, names: Collection[str]) -> bool:
    """Whether little is left without the names, digits and marks."""
    folded = password.lower()
    rest = re.sub(r"[\W\d_]", "", folded)
    for name in sorted((*names, *SITE_WORDS), key=len, reverse=True):
        rest = rest.replace(re.sub(r"[\W\d_]", "", name.lower()) or "\0", "")
    bare = re.sub(r"[\W\d_]", "", folded)
    return rest != bare and len(rest) < OWN_SIGNS
