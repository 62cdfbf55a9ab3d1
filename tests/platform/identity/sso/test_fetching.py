"""What the server asks of a provider, and what it never asks."""

import pytest

from ahnb_platform.identity.sso.claims import Refused
from ahnb_platform.identity.sso.fetching import checked, is_safe_url

OUTSIDE = "https://id.example.org"


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.org/keys",
        "http://127.0.0.1:5432/",
        "https://127.0.0.1/",
        "https://localhost/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//id.example.org",
        "https://",
        "",
        None,
        7,
    ],
)
def test_a_provider_outside_names_nothing_on_this_machine_and_nothing_in_the_clear(
    url: object,
) -> None:
    with pytest.raises(Refused):
        checked(url, OUTSIDE)


def test_a_provider_on_this_machine_may_be_asked_without_encryption() -> None:
    assert checked("http://127.0.0.1:9/keys", "http://127.0.0.1:9") == "http://127.0.0.1:9/keys"
    assert checked(f"{OUTSIDE}/keys", OUTSIDE) == f"{OUTSIDE}/keys"
    assert not is_safe_url("http://10.0.0.1/")
