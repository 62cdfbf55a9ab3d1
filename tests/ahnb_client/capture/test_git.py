"""Commit, branch, remote and uncommitted changes of real repositories."""

import pytest

from ahnb_client.capture.git import git_changes, git_state, remote_of, without_login
from tests.ahnb_client.capture.checkouts import commit, git


def test_checkout_tells_commit_branch_and_changes(tmp_path):
    made = commit(tmp_path, train="1")
    assert git_state(tmp_path) == {"commit": made, "branch": "trunk", "dirty": False}
    (tmp_path / "train.py").write_text("2")
    assert git_state(tmp_path)["dirty"] is True
    git(tmp_path, "checkout", "-q", "--detach")
    assert git_state(tmp_path)["branch"] is None


def test_folder_without_a_commit_has_no_state(tmp_path):
    assert git_state(tmp_path) is None
    git(tmp_path, "init", "-q")
    assert git_state(tmp_path) is None
    assert git_changes(tmp_path)["diff"] is None


def test_changes_make_the_files_again_from_the_commit(tmp_path):
    commit(tmp_path, train="x = 1\ny = 2\n", other="same\n")
    (tmp_path / "train.py").write_text("x = 1\ny = 3\n")
    (tmp_path / "new.py").write_text("untracked")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "öd.bin").write_text("untracked")
    for folder in ("__pycache__", "package/__pycache__"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "train.pyc").write_text("Python's own")
    changes = git_changes(tmp_path)
    assert changes["root"] == str(tmp_path)
    assert changes["untracked"] == {"names": ["folder/", "new.py"], "total": 2}
    assert changes["left_out"] == []
    git(tmp_path, "stash", "-q")
    (tmp_path / "change.diff").write_text(changes["diff"])
    git(tmp_path, "apply", "change.diff")
    assert (tmp_path / "train.py").read_text() == "x = 1\ny = 3\n"


def test_changes_of_a_subfolder_are_those_of_the_whole_checkout(tmp_path):
    commit(tmp_path, train="1\n")
    (tmp_path / "train.py").write_text("2\n")
    (tmp_path / "sub").mkdir()
    assert "+2" in git_changes(tmp_path / "sub")["diff"]


def test_secret_in_a_change_is_masked_and_files_of_secrets_are_left_out(tmp_path):
    commit(tmp_path, train="1\n")
    (tmp_path / ".env").write_text("A=b\n")
    git(tmp_path, "add", "-N", ".env")
    (tmp_path / "train.py").write_text("password = 'open-sesame'\n")
    changes = git_changes(tmp_path)
    assert "open-sesame" not in changes["diff"]
    assert "+password = '***'" in changes["diff"]
    assert changes["left_out"] == [".env"]


def test_huge_change_is_measured_and_left_out(tmp_path):
    commit(tmp_path, train="1\n")
    (tmp_path / "train.py").write_text("line\n" * 300_000)
    changes = git_changes(tmp_path)
    assert changes["diff"] is None
    assert changes["diff_bytes"] >= 1_000_000


def test_remote_is_told_without_what_logs_somebody_in(tmp_path):
    commit(tmp_path, train="1")
    assert remote_of(tmp_path) is None
    git(tmp_path, "remote", "add", "origin", "https://me:open-sesame@example.org/team/code.git")
    assert remote_of(tmp_path) == "https://example.org/team/code.git"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("git@example.org:team/code.git", "git@example.org:team/code.git"),
        ("ssh://git@example.org/team/code.git", "ssh://git@example.org/team/code.git"),
        ("https://x-token@example.org/code.git?key=1", "https://example.org/code.git"),
        ("/srv/git/code.git", "/srv/git/code.git"),
    ],
)
def test_addresses_of_remotes(address, told):
    assert without_login(address) == told
