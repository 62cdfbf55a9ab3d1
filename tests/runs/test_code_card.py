"""The card of a run's page that shows its code."""

from typing import Any

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run
from runs.pages.code import MOST_CELLS, MOST_CHARACTERS, code_of

from ..cast import client_of
from ..sketches import send_events, sketch_run
from .page.reading import text_of

CELLS = {
    "kind": "notebook",
    "session": "0192f3aa-0000-7000-8000-000000000001",
    "name": "study.ipynb",
    "began_in": 2,
    "cells": [
        {"seq": 1, "execution_count": 3, "sha256": "aa", "start": 10.0, "end": 11.5}
        | {"status": "failed", "error": {"type": "ValueError", "message": "no <width>"}},
        {"seq": 2, "execution_count": 4, "sha256": "bb", "start": 12.0, "end": 14.0}
        | {"status": "finished", "error": None},
    ],
    "sources": {"aa": "raise ValueError('<script>alert(1)</script>')", "bb": "model.fit(x, y)"},
    "warnings": [{"kind": "edited", "cells": [1, 2], "text": "cell [4] also ran as [3]"}],
}
SCRIPT = {
    "kind": "script",
    "path": "train.py",
    "source": "print('</pre><b>x</b>')",
    "masked": True,
    "modules": [{"name": "nets", "path": "nets.py", "source": "WIDTH = 64", "is_newer": True}],
    "git": {"commit": "a" * 40, "diff": "+WIDTH = 64\n"},
}


@pytest.fixture
def run(digits: Project, alice: User) -> Run:
    return sketch_run(digits, alice)


def page_of(run: Run, by: User, document: Any) -> str:
    send_events(run, ("code", document))
    answer = client_of(by).get(run.get_absolute_url())
    assert answer.status_code == 200
    return str(answer.content.decode())


def card_of(page: str) -> str:
    return page.partition('id="code"')[2].partition("</section>")[0]


def test_cells_stand_as_they_ran(run: Run, alice: User) -> None:
    card = card_of(page_of(run, alice, CELLS))
    cells = card.partition("Cells as they ran")[2]
    order = [cells.index(part) for part in ("[3]", "[4]", "began this run", "model.fit(x, y)")]
    assert order == sorted(order)
    assert "failed, 1.5" in card
    assert "ValueError: no &lt;width&gt;" in card
    assert "cell [4] also ran as [3]" in card
    assert "study.ipynb" in card


def test_code_is_shown_as_text(run: Run, alice: User) -> None:
    assert "<script>alert" not in page_of(run, alice, CELLS)
    card = card_of(page_of(run, alice, SCRIPT))
    assert "</pre><b>" not in card
    assert "print(&#x27;&lt;/pre&gt;&lt;b&gt;" in card


def test_a_script_shows_its_modules_and_changes(run: Run, alice: User) -> None:
    card = card_of(page_of(run, alice, SCRIPT))
    assert card.index("train.py") < card.index("secrets in it are masked") < card.index("nets.py")
    assert "changed on disk after it was loaded" in card
    assert "+WIDTH = 64" in card


def test_a_kind_of_code_that_is_unknown_is_shown_as_it_is(run: Run, alice: User) -> None:
    card = card_of(page_of(run, alice, {"kind": "R", "file": {"path": "a.R"}}))
    assert "file.path" in card
    assert "a.R" in card


def test_a_run_without_code_has_no_card(client: Client, run: Run, alice: User) -> None:
    answer = client_of(alice).get(run.get_absolute_url())
    assert 'id="code"' not in answer.content.decode()
    assert "Uncommitted" not in text_of(answer)


@pytest.mark.parametrize(
    "document",
    [
        {"kind": ["notebook"]},
        {"kind": "notebook", "cells": 7, "sources": [], "warnings": "w", "more_cells": -1},
        {"kind": "notebook", "cells": [None, {"sha256": {}, "start": "x", "end": True}]},
        {"kind": "notebook", "cells": [{"start": 0, "end": 1e300, "error": "e", "seq": 1e9}]},
        {"kind": "notebook", "cells": [{"execution_count": 10**15, "seq": []}], "name": [1]},
        {"kind": "script", "path": {}, "source": 5, "modules": {"a": 1}, "git": "no"},
        {"kind": "script", "path": "a", "source": None, "modules": [1, {"left_out": 1}]},
        {"kind": "script", "path": "a", "git": {"diff": {"a": 1}}, "more_modules": True},
    ],
)
def test_an_odd_document_is_no_error(run: Run, alice: User, document: dict[str, Any]) -> None:
    assert 'id="code"' in page_of(run, alice, document)


def test_a_page_shows_no_more_code_than_it_can_hold() -> None:
    cells = [{"seq": seq, "sha256": "aa"} for seq in range(1, 501)]
    code = code_of({"kind": "notebook", "cells": cells, "sources": {"aa": "x" * 1_000}})
    assert code is not None
    assert (len(code.cells), code.left_out) == (MOST_CELLS, 500 - MOST_CELLS)
    shown = sum((cell.source or "").count("x") for cell in code.cells)
    assert shown == MOST_CHARACTERS
