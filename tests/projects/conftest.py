"""A project with runs, and its owner at the browser."""

import pytest
from django.test import Client

from ahnb_platform.accounts.models import User
from projects.models import Project
from runs.models import Run

from ..cast import client_of
from ..sketches import sketch_project


@pytest.fixture
def runs(digits: Project, alice: User) -> list[Run]:
    return sketch_project(digits, alice)


@pytest.fixture
def page(alice: User) -> Client:
    return client_of(alice)
