"""A run with a story, and the person who looks at its page."""

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run
from tests.cast import client_of
from tests.sketches import sketch_run


@pytest.fixture
def page(alice: User) -> Client:
    return client_of(alice)


@pytest.fixture
def run(digits: Project, alice: User) -> Run:
    return sketch_run(
        digits,
        alice,
        name="brave-otter",
        tags=["baseline"],
        params={"width": 64, "fit": {"epochs": 3}, "optimizer": {"learning_rate": 0.001}},
    )
