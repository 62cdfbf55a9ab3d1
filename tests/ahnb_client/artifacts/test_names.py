"""Names that no server takes are refused before anything is copied."""

import pytest

from ahnb_client.artifacts.names import file_name
from ahnb_client.errors import ConfigurationError


@pytest.mark.parametrize(
    "name",
    ["x", "a/b/c.txt", ".hidden", "a..b", "100%", "50% off/α.csv", "日本/語.ipynb", "x" * 255],
)
def test_a_usual_name_stays_as_it_is(name: str) -> None:
    assert file_name(name) == name


def test_a_name_is_brought_into_one_form() -> None:
    assert file_name(" cafe\u0301 ") == "caf\u00e9"


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "/", "..", "a/../x", "a//b", "/x", "x/", "./x", "a/ b", "a/... /x"),
        *("a\\b", "C:x", "%2e%2e/x", "%252fx", "a\nb", "\0", "\u202egnp.exe", "\u200b", "\ud800"),
        *("x" * 256, "é" * 256, "語" * 400),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_with_the_reason(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name of a file: it "):
        file_name(name)
