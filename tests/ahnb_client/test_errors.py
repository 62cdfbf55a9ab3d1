"""The tree of errors: one root, everything below it told apart."""

import inspect

import pytest

from ahnb_client import errors


def test_every_error_descends_from_the_root() -> None:
    found = [item for _, item in inspect.getmembers(errors, inspect.isclass)]
    assert len(found) >= 6
    assert all(issubclass(item, errors.AHNBError) for item in found)


@pytest.mark.parametrize(
    "kind", [errors.ServerUnreachable, errors.Rejected, errors.RateLimited], ids=str
)
def test_trouble_with_the_server_is_a_transport_error(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.TransportError)
    assert not issubclass(kind, errors.ConfigurationError)


def test_a_rejection_says_status_and_code() -> None:
    error = errors.Rejected("no", status=403, code="quota-exceeded")
    assert (str(error), error.status, error.code) == ("no", 403, "quota-exceeded")


def test_a_rate_limit_says_how_long() -> None:
    assert errors.RateLimited("wait", seconds=7).seconds == 7
