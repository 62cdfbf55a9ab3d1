"""Options that make no sense: told once, and neither the training nor the rest of it suffers."""

from typing import Any

import pytest

from ahnb_client import AHNBCallback
from ahnb_client.errors import ConfigurationError
from tests.ahnb_client.keras.conftest import records_of
from tests.ahnb_client.unspeakable import Unspeakable

pytestmark = pytest.mark.keras


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"monitor": 5}, "monitor is the name of a metric, not 5"),
    ({"monitor": Unspeakable()}, "no words"),
    ({"mode": "maximum"}, "mode is auto, min or max, not 'maximum'"),
    ({"params": 5}, "params has names and values, as {'width': 64}; it is no int"),
    ({"tags": [Unspeakable()]}, "no words"),
    ({"lint": "loud"}, "lint is warn, off or raise, not 'loud'"),
    ({"lint_ignore": 5}, "there is no rule '5'"),
    ({"lint_ignore": ["FIT01", "FTI02"]}, "there is no rule 'FTI02'; near it: FIT02"),
    ({"capture": "-everything"}, "capture: '-everything' is no part of the record: code"),
    ({"capture": 5}, "capture: parts are named in one text, as '-code -data', not 5"),
]


@pytest.mark.parametrize(("options", "said"), WRONG, ids=[str([*one]) for one, _ in WRONG])
def test_it_is_told_once_and_raised_only_if_strict(options, said, capsys):
    for _ in range(2):
        AHNBCallback(**options)
    assert capsys.readouterr().err.count(said) == 1
    with pytest.raises((ConfigurationError, RuntimeError)):
        AHNBCallback(**options, strict=True)


def test_a_training_with_all_of_them_is_recorded(rows, classifier, capsys):
    odd: dict[str, Any] = {key: value for options, _ in WRONG for key, value in options.items()}
    odd |= dict.fromkeys(("project", "name", "group", "notes", "id", "resume"), 5)
    callback = AHNBCallback(**odd)
    history = classifier().fit(*rows, verbose=0, callbacks=[callback]).history
    records = records_of(callback.run)
    assert records.values("loss") == history["loss"]
    assert records.statuses[-1] == "finished"
    assert records.create["name"] == "5"
    assert "objective" not in records.create
    assert "'5' is no project" in capsys.readouterr().err


def test_an_unknown_rule_leaves_the_others_that_are_ignored():
    callback = AHNBCallback(lint_ignore=["fit01", "NOPE"])
    assert callback._lint == ("warn", {"FIT01"})
