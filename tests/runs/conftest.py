"""A run that a person with the right may write to."""

import pytest

from runs.models import Run
from tests import cast


@pytest.fixture
def run(digits, bob) -> Run:
    return cast.make_run(digits, bob)


@pytest.fixture
def api(bob) -> cast.Api:
    return cast.api_of(bob)
