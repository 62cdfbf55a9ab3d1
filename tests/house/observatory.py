"""The score that Mozilla's observatory would give: its table of bonuses and penalties.

Base 100; bonuses count from 90 on. Of the table only what a test of one answer can see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

BASE, BONUS_FROM = 100, 90
YEAR = 31_536_000
PRIVATE_REFERRERS = {
    "no-referrer",
    "same-origin",
    "strict-origin",
    "strict-origin-when-cross-origin",
}


def points(headers: Mapping[str, str], cookies: Sequence[str]) -> dict[str, int]:
    """What each header brings.

    Args:
        headers: of an answer over https.
        cookies: values of Set-Cookie.
    """
    policy = directives(headers.get("Content-Security-Policy", ""))
    return {
        "Content-Security-Policy": _policy(policy),
        "cookies": _cookies(cookies),
        "Strict-Transport-Security": _transport(headers.get("Strict-Transport-Security", "")),
        "X-Content-Type-Options": 0 if headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "X-Frame-Options": _frames(policy, headers.get("X-Frame-Options", "")),
        "Referrer-Policy": 5 if headers.get("Referrer-Policy") in PRIVATE_REFERRERS else 0,
        "Cross-Origin-Resource-Policy": _same(headers, "Cross-Origin-Resource-Policy"),
        "Cross-Origin-Opener-Policy": _same(headers, "Cross-Origin-Opener-Policy"),
        "Cross-Origin-Embedder-Policy": (
            10 if headers.get("Cross-Origin-Embedder-Policy") == "require-corp" else 0
        ),
        "Access-Control-Allow-Origin": -50 if headers.get("Access-Control-Allow-Origin") else 0,
    }


def score(found: Mapping[str, int]) -> int:
    """All together."""
    base = BASE + sum(one for one in found.values() if one < 0)
    return base + sum(one for one in found.values() if one > 0) if base >= BONUS_FROM else base


def directives(policy: str) -> dict[str, list[str]]:
    """The sources of each directive."""
    words = [part.split() for part in policy.split(";") if part.strip()]
    return {name: sources for name, *sources in words}


def _policy(policy: dict[str, list[str]]) -> int:
    if not policy:
        return -25
    sources = [source for listed in policy.values() for source in listed]
    if any("unsafe" in source for source in sources):
        return -20
    return 10 if policy.get("default-src") == ["'none'"] else 5


def _cookies(cookies: Sequence[str]) -> int:
    given = [{word.strip().lower() for word in cookie.split(";")[1:]} for cookie in cookies]
    if any("secure" not in words for words in given):
        return -40
    if any("httponly" not in words for words in given):
        return -30
    has_site = all(words & {"samesite=lax", "samesite=strict"} for words in given)
    return 5 if given and has_site else 0


def _transport(value: str) -> int:
    words = {word.strip() for word in value.lower().split(";")}
    age = next((int(word[8:]) for word in words if word.startswith("max-age=")), 0)
    if age < YEAR // 2:
        return -20 if not age else -10
    return 5 if {"preload", "includesubdomains"} <= words else 0


def _frames(policy: dict[str, list[str]], value: str) -> int:
    if policy.get("frame-ancestors") == ["'none'"]:
        return 5
    return 0 if value in ("DENY", "SAMEORIGIN") else -20


def _same(headers: Mapping[str, str], name: str) -> int:
    return 10 if headers.get(name) == "same-origin" else 0
