"""What the server asks of a provider, and what it never asks."""

import pytest

from ahnb_platform.identity.sso.claims import Refused
from ahnb_platform.identity.sso.fetching import checked, document, is_safe_url

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


@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.1/token", "https://169.254.169.254/", "https://0x7f.1/", "https://[::1]/"],
)
def test_a_provider_outside_leads_nowhere_inside_the_network(url: str) -> None:
    with pytest.raises(Refused):
        document("POST", url, OUTSIDE, form={"code": "x"})


def test_a_provider_on_this_machine_may_be_asked_without_encryption() -> None:
    assert checked("http://127.0.0.1:9/keys", "http://127.0.0.1:9") == "http://127.0.0.1:9/keys"
    assert checked(f"{OUTSIDE}/keys", OUTSIDE) == f"{OUTSIDE}/keys"
    assert not is_safe_url("http://10.0.0.1/")
