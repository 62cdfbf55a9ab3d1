"""Two rules of the test's own: one reads the model, one what the training did."""

from collections.abc import Iterator

import pytest

from ahnb_client.linting.facts import Facts
from ahnb_client.linting.rule import RULES, Hit, rule
from ahnb_client.linting.rules import load

STATIC, DYNAMIC = "TEST01", "TEST02"


def many_layers(facts: Facts) -> Iterator[Hit]:
    """Each layer that is called `bad…`."""
    for layer in facts.layers:
        if layer.name.startswith("bad"):
            evidence = {"layers": len(facts.layers), "loss": float("nan")}
            yield Hit(f"{layer.name} is bad.", "Mend it.", {"layer": layer.name}, evidence)


def rising_loss(facts: Facts) -> Iterator[Hit]:
    """A loss whose last value is above its first."""
    curve = facts.curve("loss")
    if curve and curve.last > curve.values[0]:
        yield Hit("The loss rises.", "A lower rate.", {"metric": "loss", "epoch": curve.steps[-1]})


@pytest.fixture
def rules() -> Iterator[None]:
    """These two alone, so that no rule to come changes what is found here."""
    load()
    kept = dict(RULES)
    RULES.clear()
    about = {"why": "It matters.", "source": "A test."}
    rule(STATIC, "error", title="A bad layer", **about)(many_layers)
    rule(DYNAMIC, "warn", title="A rising loss", dynamic=True, **about)(rising_loss)
    yield
    RULES.clear()
    RULES.update(kept)
