"""`import ahnb_client`: cheap, and the names that it promises."""

from pathlib import Path

import pytest

import ahnb_client
from ahnb_client.run import Run

from .processes import Program


def test_import_loads_nothing_heavy() -> None:
    heavy = ("keras", "tensorflow", "jax", "requests", "numpy", "urllib3", "ahnb_client.run")
    code = f"import sys, ahnb_client; print([n for n in {heavy} if n in sys.modules])"
    assert Program({}).run(code).stdout.strip() == "[]"


def test_a_run_loads_neither_keras_nor_numpy() -> None:
    code = """
        import sys, ahnb_client
        ahnb_client.Run().log({"loss": 1.0})
        print([n for n in ("keras", "numpy", "requests") if n in sys.modules])
    """
    offline = Program({"AHNB_MODE": "offline", "AHNB_DIR": "/dev/null/nowhere"})
    assert offline.run(code).stdout.strip() == "[]"


def test_a_recorded_loop_loads_neither_keras_nor_numpy(tmp_path: Path) -> None:
    code = """
        import sys, ahnb_client
        with ahnb_client.run() as run:
            run.log({"loss": 1.0})
        print([n for n in ("keras", "numpy", "requests") if n in sys.modules])
    """
    offline = Program({"AHNB_MODE": "offline", "AHNB_DIR": str(tmp_path)})
    assert offline.run(code).stdout.strip() == "[]"


def test_public_names_are_exactly_these() -> None:
    assert sorted(ahnb_client.__all__) == [
        "AHNBCallback",
        "Client",
        "Run",
        "__version__",
        "autolog",
        "errors",
        "lint",
        "run",
        "timed",
    ]
    assert dir(ahnb_client) == sorted(ahnb_client.__all__)


def test_run_is_called_whatever_was_imported_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHNB_MODE", "disabled")
    code = "{}; import ahnb_client; print(type(ahnb_client.run('a/b')).__name__)"
    orders = ["pass", "import ahnb_client.run", "from ahnb_client.run import Run"]
    disabled = Program({"AHNB_MODE": "disabled"})
    assert [disabled.run(code.format(order)).stdout for order in orders] == ["Run\n"] * 3
    assert isinstance(ahnb_client.run("a/b"), Run)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        ahnb_client.nonsense  # noqa: B018
