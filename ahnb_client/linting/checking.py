"""From facts to findings."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any

from .facts import Facts
from .finding import SEVERITIES, Finding
from .rule import RULES, Rule
from .rules import load

logger = logging.getLogger("ahnb_client")

# Of one rule; a model of a thousand wrong layers is told of once.
MOST_FINDINGS = 20


def check(
    document: Mapping[str, Any] | Facts | None,
    *,
    ignore: Collection[str] = (),
    dynamic: bool | None = None,
    strict: bool = False,
) -> list[Finding]:
    """Return what is wrong with the training that `document` tells of, the worst first.

    Args:
        document: facts, as `docs/linting.md` describes them; anything may be missing. `Facts`
            that were asked before know already what did not change.
        ignore: ids of rules that are not looked at.
        dynamic: True for the rules that read what the training did, False for the others, None
            for all.
        strict: raise what a rule raises; otherwise that rule finds nothing. For tests.
    """
    load()
    facts = document if isinstance(document, Facts) else Facts(document)
    wanted = (
        one
        for one in RULES.values()
        if one.id not in ignore and (dynamic is None or one.dynamic is dynamic)
    )
    found = [finding for one in wanted for finding in _findings(one, facts, strict=strict)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _findings(one: Rule, facts: Facts, *, strict: bool) -> Iterable[Finding]:
    try:
        return list(islice(one.findings(facts), MOST_FINDINGS))
    except Exception as error:
        if strict:
            raise
        # Facts come from any client and any version: one rule less is better than none.
        logger.debug("rule %s failed: %r", one.id, error)
        return []
