"""What names say of their values: surely a secret, perhaps one, or surely none."""

import re
from enum import Enum, auto

from ahnb_client.capture.secret_forms import looks_generated, looks_random, looks_secret


class Standing(Enum):
    """How much a name says about whether its value is a secret."""

    SURE = auto()  # api_key, password
    PERHAPS = auto()  # token, auth: secrets and everyday words of language models
    KEY = auto()  # cache_key: nearly always one of a dictionary
    UNTOLD = auto()
    DATA = auto()  # hash, commit: looks random and is none


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A name that holds none of these is UNTOLD or DATA; asked first, since it is quick.
TELLING = (
    r"key|token|secret|pass|pwd|credential|auth|jwt|bearer|dsn|sig|cookie|session|sas|webhook"
    r"|connection.?string|[^a-z]pat[^a-z]"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ALWAYS = _set(
    "secret secrets password passwords passwd passphrase passcode pwd credential credentials jwt"
    " authorization bearer apikey apitoken accesskey accesstoken authkey authtoken secretkey"
    " privatekey signingkey encryptionkey"
)
_KEY_OWNERS = _set(
    "api access private secret encryption signing signature auth account master service"
    " subscription license app application client storage webhook ssh aes hmac server rsa deploy"
    " admin user project openai anthropic wandb comet neptune stripe aws azure gcp sendgrid"
)
_EVERYDAY_TOKENS = _set(
    "pad padding eos bos unk unknown mask cls sep start end stop special first last next prev"
    " previous oov image current new word sub input output begin separator newline prompt eot"
    " eod per num max min n seq sequence blank"
)
_PERHAPS = _set("token auth pass dsn sig sas cookie session sessionid webhook pat")
# The value of password_length is no password.
_ABOUT = _set(
    "length len dim size path file filename folder dir field count name type url uri prefix suffix"
    " column index embedding embeddings policy required enabled env var variable ids id hash"
    " manager provider store backend class level weight mode format"
)
_DATA = _set(
    "hash hashes sha sha1 sha256 sha512 md5 blake2b digest checksum commit revision rev uuid guid"
    " etag crc fingerprint integrity image img picture data weights content payload b64 base64 png"
    " layer label blob code"
)


def standing(name: str) -> Standing:
    """Say what `name` tells: of a variable, an option, a header or a field."""
    words = [word.lower() for word in _WORDS.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words:
        return Standing.UNTOLD
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _ABOUT:
        return Standing.UNTOLD
    if not _ALWAYS.isdisjoint(words) or (last == "string" and before == "connection"):
        return Standing.SURE
    if last == "key":
        return Standing.SURE if before in _KEY_OWNERS else Standing.KEY
    if last == "token":
        return _of_token(name, before)
    if last in _PERHAPS:
        return Standing.PERHAPS
    return Standing.DATA if not _DATA.isdisjoint(words) else Standing.UNTOLD


def _of_token(name: str, before: str) -> Standing:
    if before in _EVERYDAY_TOKENS:
        return Standing.DATA
    # SERVICE_TOKEN is a setting of a machine, and a header an answer to a question.
    is_setting = bool(before) and (name.upper() == name or "-" in name)
    named = {"api", "access", "auth", "refresh", "bot", "security", "hf", "github", "gitlab"}
    return Standing.SURE if is_setting or before in named else Standing.PERHAPS


_NO_SECRET = re.compile(
    r"(?:\\[nrt]|\W)*|(?:/[a-z][a-z.-]*)+/?|none|null|true|false|yes|no|default|required|optional|\*+|x+|\.\.\.|…"
    r"|\$\{?\w*\}?.*|\{.*\}|<[^>]*>|%\(?\w+\)?s?|your[-_ ].*",
    re.IGNORECASE,
)


# f"Bearer {key}"
_FILLED_IN = re.compile(r"(?:\b(?:bearer|basic|token)\s+)?\{[^{}]*\}", re.IGNORECASE)


def is_secret(name: str, value: str, *, at_door: bool = False) -> bool:
    """Tell whether `value`, called `name`, must not leave this machine.

    `at_door`: it came from a command line or the environment, where a token is no word of a text.
    """
    if _NO_SECRET.fullmatch(_FILLED_IN.sub("", value).strip()):
        return False
    told = standing(name)
    if told is Standing.SURE or (told is Standing.PERHAPS and at_door):
        return True
    if told is Standing.PERHAPS:
        return looks_secret(value) or looks_random(value)
    if told is Standing.KEY:
        return looks_generated(value)
    return told is Standing.UNTOLD and looks_random(value)
