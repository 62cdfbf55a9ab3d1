"""What secrets look like by themselves, whatever they are called.

The prefixes are those that the vendors document so that scanners can find their keys.
"""

import math
import re
from collections import Counter

_WORD = r"[A-Za-z0-9_-]"
_FORMS = (
    rf"ahnb_[A-Za-z0-9]+_{_WORD}{{8,}}",
    r"gh[pousr]_[A-Za-z0-9]{20,}",  # GitHub
    r"github_pat_\w{20,}",
    rf"gl(?:pat|dt|rt|cbt|ptt|soat)-{_WORD}{{16,}}",  # GitLab
    r"hf_[A-Za-z0-9]{20,}",  # Hugging Face
    rf"sk-{_WORD}{{20,}}",  # OpenAI, Anthropic, OpenRouter
    r"gsk_[A-Za-z0-9]{20,}",  # Groq
    r"r8_[A-Za-z0-9]{20,}",  # Replicate
    rf"nvapi-{_WORD}{{20,}}",
    rf"pplx-{_WORD}{{20,}}",
    rf"xox[abeprs]-{_WORD}{{10,}}",  # Slack
    rf"xapp-{_WORD}{{10,}}",
    r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{20,}",
    rf"discord(?:app)?\.com/api/webhooks/\d+/{_WORD}{{20,}}",
    r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}",  # Stripe
    r"whsec_[A-Za-z0-9+/=]{20,}",
    r"A(?:KIA|SIA|GPA|IDA|ROA)[A-Z0-9]{16}",  # AWS
    rf"AIza{_WORD}{{30,}}",  # Google
    rf"ya29\.{_WORD}{{20,}}",
    rf"GOCSPX-{_WORD}{{20,}}",
    r"AccountKey=[A-Za-z0-9+/]{20,}={0,2}",  # Azure storage
    r"SharedAccessKey=[A-Za-z0-9+/]{20,}={0,2}",
    rf"npm_{_WORD}{{30,}}",
    rf"pypi-AgE{_WORD}{{20,}}",
    rf"dckr_pat_{_WORD}{{20,}}",
    r"do[opr]_v1_[a-f0-9]{40,}",  # DigitalOcean
    rf"SG\.{_WORD}{{16,}}\.{_WORD}{{16,}}",  # SendGrid
    r"key-[a-f0-9]{32}",  # Mailgun
    r"SK[a-f0-9]{32}",  # Twilio
    rf"hv[sbr]\.{_WORD}{{20,}}",  # Vault
    rf"[A-Za-z0-9]{{14}}\.atlasv1\.{_WORD}{{20,}}",  # Terraform
    r"dapi[a-f0-9]{32}",  # Databricks
    rf"glc_{_WORD}{{20,}}",  # Grafana
    r"NRAK-[A-Z0-9]{20,}",  # New Relic
    rf"shp(?:at|ca|pa|ss)_{_WORD}{{20,}}",  # Shopify
    rf"tskey-{_WORD}{{20,}}",  # Tailscale
    rf"(?:ntn|lin_api|rubygems|figd|PMAK|pscale_tkn|sbp)[_-]{_WORD}{{20,}}",
    r"AGE-SECRET-KEY-1[A-Z0-9]{30,}",
    rf"\d{{8,10}}:AA{_WORD}{{30,}}",  # Telegram
    rf"[MNO]{_WORD}{{23,25}}\.{_WORD}{{6}}\.{_WORD}{{27,}}",  # Discord
    rf"eyJ{_WORD}{{10,}}\.{_WORD}{{10,}}\.{_WORD}*",  # JSON Web Token
)
WELL_KNOWN = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_FORMS)})")
PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?P<body>.*?)(?:-----END|\Z)", re.DOTALL
)
KEY_TEXT = re.compile(r"[A-Za-z0-9+/=]{12,}")

_SEPARATED = re.compile(r"[_\-.:/+=]+")
_CLASSES = re.compile(r"[a-z]+|[A-Z]+|\d+")
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F-]+")
# Pictures, archives, arrays and byte code in base64: data, not secrets.
_DATA = ("iVBOR", "/9j/", "R0lGOD", "UklGR", "H4sI", "UEsDB", "k05VTVBZ", "4wEAAAA", "4wAAAAA")
_LONGEST = 256


def looks_random(value: str) -> bool:
    """Whether a text without a telling name is probably a generated secret.

    Hexadecimal texts are not: they are hashes, commits and UUIDs far more often. Names made of
    words have long stretches of one kind of letter; random texts change at every other place.
    """
    if not 24 <= len(value) <= _LONGEST or _HEX.fullmatch(value) or value.startswith(_DATA):
        return False
    letters = _SEPARATED.sub("", value)
    if len(letters) < 20 or _entropy(letters) < 3.7:
        return False
    has_case = re.search("[a-z]", letters) and re.search("[A-Z]", letters)
    digits = len(re.findall(r"\d", letters))
    if has_case:
        return digits >= 2 and _changes(letters) >= 0.38
    return letters == value and len(value) >= 30 and digits >= 5 and _changes(letters) >= 0.3


def looks_secret(value: str) -> bool:
    """Whether a text whose name may be that of a secret is one: no word, path or number."""
    if len(value) < 8 or not value.isprintable() or " " in value:
        return False
    if value.startswith(("/", "./", "~", "$", "{", "<", "%", "http")):
        return False
    has_letters = re.search("[A-Za-z]", value) is not None
    return has_letters and re.search(r"\d", value) is not None and not _is_name(value)


def looks_generated(value: str) -> bool:
    """Whether a text named "key" is one for a lock, and not one of a dictionary."""
    if _HEX.fullmatch(value):
        return len(value) >= 16 and re.search(r"\d", value) is not None
    return looks_secret(value) and len(value) >= 16 and _changes(value) >= 0.3


def _is_name(value: str) -> bool:
    """Whether words stand side by side, as in ``block_3_conv2d``."""
    parts = [part for part in _SEPARATED.split(value) if part]
    return all(re.fullmatch(r"[A-Z]?[a-z]*\d{0,3}[a-z]?\d?", part) for part in parts)


def _changes(value: str) -> float:
    """How often the kind of letter changes: 0.6 in random texts, 0.2 in names."""
    return (len(_CLASSES.findall(value)) - 1) / max(len(value) - 1, 1)


def _entropy(value: str) -> float:
    """Bits per letter (Shannon)."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
