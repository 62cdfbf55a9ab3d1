"""What docs/client.md shows of reading results and of the command line works as it stands."""

import re
import subprocess
import sys

import pytest

from ahnb_client.cli import COMMANDS, main
from ahnb_client.config import Config
from ahnb_client.run import Run
from tests.contract.stage import PROJECT, Stage
from tests.contract.trainings import clean_environment
from tests.house.test_docs import GUIDES, ROOT, needs_server, snippets

pytestmark = pytest.mark.django_db
CLIENT_SNIPPETS = [
    pytest.param(snippet, id=f"{document}-{number}")
    for document in GUIDES
    for number, snippet in enumerate(snippets(document), 1)
    if needs_server(snippet)
]
COMMAND = re.compile(r"^\| `ahnb (\S+)(.*?)` \|", re.MULTILINE)
OPTION = re.compile(r"--[a-z-]+")
GUIDE = (ROOT / "docs/client.md").read_text()


@pytest.fixture(scope="module")
def trained(shared_stage: Stage) -> Run:
    """A run such as the guide speaks of."""
    stage = shared_stage
    config = Config(stage.server.url, stage.token, PROJECT, directory=stage.home / "spool")
    params = {"width": 64, "optimizer": {"name": "adam"}}
    with Run(config=config, params=params, strict=True) as run:
        for epoch in range(3):
            values = {"loss": 1 / (epoch + 1), "val_loss": 1.0, "val_accuracy": 0.5}
            run.log(values, step=epoch, unit="epoch")
    assert run.wait(30)
    return run


def test_the_guide_shows_how_to_read():
    assert CLIENT_SNIPPETS


@pytest.mark.parametrize("snippet", CLIENT_SNIPPETS)
def test_snippet_that_reads_runs(shared_stage, trained, snippet):
    done = subprocess.run(
        [sys.executable, "-c", snippet],
        env=clean_environment(shared_stage.environment),
        cwd=shared_stage.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "adam 0.333" in done.stdout
    assert "epoch [0, 1, 2]" in done.stdout


def test_every_command_is_in_the_guide_and_every_one_there_exists():
    assert {name for name, _ in COMMAND.findall(GUIDE)} == {module.NAME for module in COMMANDS}


@pytest.mark.parametrize(("name", "usage"), COMMAND.findall(GUIDE), ids=lambda text: text[:12])
def test_the_options_of_the_guide_are_those_of_the_command(name, usage, capsys):
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    known = set(OPTION.findall(capsys.readouterr().out))
    assert set(OPTION.findall(usage)) <= known
    assert known <= {*OPTION.findall(usage), "--help", "--json"}
