"""Masks secrets in program code, notebook cells and diffs, so that code stays code."""

import re
from pathlib import PurePosixPath

from ahnb_client.capture.secrets import masked_lines

_CODE = frozenset({".py", ".pyi", ".pyx", ".ipy", ".js", ".ts", ".c", ".cc", ".cpp", ".h", ".java"})
_OF_SECRETS = re.compile(
    r"\.env(\..*)?|.*\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|ovpn|asc|gpg|env)|id_(rsa|dsa|ecdsa"
    r"|ed25519)|\.?(netrc|npmrc|pypirc|pgpass|htpasswd|git-credentials|s3cfg|boto)"
    r"|.*(credential|secret).*\.(json|toml|ya?ml|ini|cfg|txt|xml|csv)|kubeconfig|kaggle\.json",
    re.IGNORECASE,
)
_SHELL_CELL = re.compile(r"\s*%%(?:!|bash|sh|script|system|sx|writefile|file)\b")
# Text after these signs is read by people or a shell, and has no quotes around its values.
_PROSE = re.compile(r"^(?P<code>\s*)(?P<prose>[%!].*|#.*)$|(?P<before>.*\s)(?P<comment>#[^\"']*)$")


def holds_secrets(path: str) -> bool:
    """Tell whether a file with this name is made for secrets, and is left out whole."""
    return _OF_SECRETS.fullmatch(PurePosixPath(path).name) is not None


def masked_code(source: str) -> str:
    """Return Python code or a notebook's cell masked: strings alone change, so it still parses.

    Comments, magics and shell lines (``%env TOKEN=…``, ``!curl -u me:…``) are masked as text.
    """
    if _SHELL_CELL.match(source):
        return masked_lines(source, literals_only=False)
    masked = masked_lines(source, literals_only=True)
    return "\n".join(_masked_prose(line) for line in masked.split("\n"))


def masked_file(path: str, text: str) -> str:
    """Return the text of a file masked by what its name says that it is."""
    if PurePosixPath(path).suffix in _CODE:
        return masked_code(text)
    return masked_lines(text, literals_only=False)


def masked_diff(diff: str) -> tuple[str, list[str]]:
    """Return a unified diff of git masked, and the files that were left out of it.

    Left out are binary files and those made for secrets. Lines stay as many as they are.
    """
    kept, left_out = [], []
    for part in re.split(r"(?m)^(?=diff --git )", diff):
        path = _path_of(part)
        if path and (holds_secrets(path) or _is_binary(part)):
            left_out.append(path)
        else:
            kept.append(_masked_part(path, part))
    return "".join(kept), left_out


def _masked_part(path: str, part: str) -> str:
    head, hunks, body = part.partition("\n@@ ")
    if not hunks:
        return part
    signs = [line[:1] for line in body.split("\n")]
    text = masked_file(path, "\n".join(line[1:] for line in body.split("\n")))
    lines = text.split("\n")
    return head + hunks + "\n".join(sign + line for sign, line in zip(signs, lines, strict=True))


def _path_of(part: str) -> str:
    match = re.search(r"(?m)^\+\+\+ b/(.+?)\t?$", part) or re.search(r"(?m)^--- a/(.+?)\t?$", part)
    match = match or re.match(r"diff --git a/.* b/(.+)", part)
    return match[1] if match else ""


def _is_binary(part: str) -> bool:
    return re.search(r"(?m)^(?:Binary files .* differ|GIT binary patch)$", part) is not None


def _masked_prose(line: str) -> str:
    match = _PROSE.match(line)
    if match is None:
        return line
    if match["prose"] is not None:
        return match["code"] + masked_lines(match["prose"], literals_only=False)
    return match["before"] + masked_lines(match["comment"], literals_only=False)
