"""Media from the client's call to the page of the run."""

import numpy as np
import pytest
from django.test import Client as Browser

from ahnb_client.config import Config
from ahnb_client.run import Run
from ahnb_platform.accounts.models import User
from tests import cast
from tests.contract.stage import PROJECT, Stage

pytestmark = pytest.mark.django_db


def test_what_a_training_logs_is_on_the_page(shared_stage: Stage) -> None:
    config = Config(
        server=shared_stage.server.url,
        key=shared_stage.token,
        project=PROJECT,
        directory=shared_stage.home / "spool",
    )
    run = Run(config=config, strict=True)
    chance = np.random.default_rng(0)
    for step in range(3):
        run.log_histogram("dense/kernel", chance.normal(size=1000), step=step)
    run.log_image("noise", chance.integers(0, 256, (700, 700, 3), dtype=np.uint8), step=2)
    run.log_confusion_matrix("val", [0, 1, 1], [0, 1, 0], labels=["cat", "dog"], step=2)
    run.log_table("worst", [{"file": "a.png", "loss": 3.5}], step=2)
    run.finish()
    assert run.wait(30)
    browser: Browser = cast.client_of(User.objects.get(email="editor@example.org"))
    shown = browser.get(f"/runs/{run.id}/media/").content.decode()
    assert "step 2 (3 of 3)" in shown
    assert "1,000 values" in shown
    assert "2 of 3 on the diagonal" in shown
    assert "a.png" in shown
    assert "every 2nd pixel of 700 × 700" in shown
