"""What people give to `log_artifact`: what is no file is told, and never raised into a training."""

import os
import resource
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ahnb_client.config import Config
from ahnb_client.errors import ConfigurationError
from ahnb_client.run import Run
from ahnb_client.transport.files import Files


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run that is recorded offline."""
    return Run("team/project", config=Config.offline("team/project"), strict=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "model.keras"
    made.write_bytes(b"weights")
    return made


def names(run: Run) -> list[str]:
    assert run.folder is not None
    return [file.name for file in Files(run.folder).waiting()]


def make_nothing(path: Path) -> None:
    path.unlink()


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def make_unreadable(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (make_nothing, "No such file"),
        (make_folder, "is a folder"),
        (make_pipe, "is a pipe"),
        (make_unreadable, "symbolic links"),
    ],
)
def test_what_is_no_file_is_told_and_counted(
    path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path], None],
    said: str,
) -> None:
    run = Run("team/project", config=Config.offline("team/project"))
    spoil(path)
    for _ in range(2):
        run.log_artifact(path)
    assert capsys.readouterr().err.count(said) == 1
    assert run.journal.losses == {"file": 2}
    assert names(run) == []
    run.finish()


@pytest.mark.parametrize("name", ["../elsewhere", "a\\b", ""])
def test_a_strict_run_raises(run: Run, path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError):
        run.log_artifact(path, name)
    with pytest.raises(ConfigurationError, match="No such file"):
        run.log_artifacts(path.parent / "nowhere")


def test_a_file_may_change_once_it_was_logged(run: Run, path: Path) -> None:
    run.log_artifact(path, step=3)
    path.unlink()
    assert run.folder is not None
    (file,) = Files(run.folder).waiting()
    assert (file.name, file.step, file.path.read_bytes()) == ("model.keras", 3, b"weights")


def test_a_run_that_has_ended_takes_files(run: Run, path: Path) -> None:
    run.finish()
    run.log_artifact(path, "after.keras")
    assert names(run) == ["after.keras"]
    assert run.status == "finished"


def test_a_bad_file_of_a_folder_costs_itself_alone(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run("team/project", config=Config.offline("team/project"))
    folder = path.parent / "out"
    (folder / "more").mkdir(parents=True)
    for name in ("a.txt", "more/c.txt", "d:e.txt", "key.pem"):
        (folder / name).write_text(name)
    os.mkfifo(folder / "b")
    run.log_artifacts(folder, "results")
    assert names(run) == ["results/a.txt", "results/more/c.txt"]
    told = capsys.readouterr().err
    assert all(name in told for name in ("d:e.txt", "is a pipe", "key.pem"))
    run.finish()


def test_nothing_is_copied_where_nothing_is_recorded(path: Path, tmp_path: Path) -> None:
    config = Config(mode="disabled", directory=tmp_path / "spool")
    run = Run("team/project", config=config, strict=True)
    run.log_artifact(path)
    run.finish()
    run.log_artifact(path)
    assert not (tmp_path / "spool").exists()


def test_without_a_folder_for_records_a_file_is_told_to_be_lost(path: Path, tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("in the way")
    run = Run("team/project", config=Config.offline("team/project"), strict=True)
    with pytest.raises(ConfigurationError, match="no folder to keep a copy"):
        run.log_artifact(path)


def test_a_child_of_a_fork_leaves_the_files_of_its_parent_alone(run: Run, path: Path) -> None:
    run.log_artifact(path, "parent.keras")
    child = os.fork()
    if not child:
        run.log_artifact(path, "child.keras")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert names(run) == ["parent.keras"]


def sized(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_files_count_for_the_limit_of_a_spool_and_leave_room_for_points(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limit = 16 << 20
    config = Config(project="a/b", mode="offline", directory=tmp_path / "spool", spool_bytes=limit)
    run = Run(config=config)
    assert run.folder is not None
    (tmp_path / "weights").write_bytes(bytes(5 << 20))
    for number in range(4):
        run.log_artifact(tmp_path / "weights", f"{number}.bin")
    assert names(run) == ["0.bin", "1.bin"]
    said = capsys.readouterr().err
    assert said.count("no room for a copy of 5,242,880 bytes") == 2
    assert "AHNB_SPOOL_MB" in said
    for step in range(150_000):
        run.log({"loss": 0.5, "accuracy": 0.5}, step=step)
    assert sized(run.folder) <= limit + (1 << 20)
    run.finish()


def test_a_file_that_was_sent_makes_room_and_the_newest_of_a_name_takes_it_over(
    tmp_path: Path,
) -> None:
    files = Files(tmp_path)
    (tmp_path / "weights").write_bytes(bytes(600))
    add = partial(files.add, tmp_path / "weights", most=1000)
    first = add("best.keras")
    with pytest.raises(ConfigurationError, match="no room"):
        add("other.keras")
    second = add("best.keras", newest_only=True)
    assert (files.bytes, [file.number for file in files.waiting()]) == (600, [second.number])
    assert first.number != second.number
    files.remove(second)
    assert files.bytes == 0
    assert add("other.keras").size == Files(tmp_path).bytes == 600


def test_a_copy_that_a_quota_cuts_short_leaves_nothing(tmp_path: Path) -> None:
    files = Files(tmp_path)
    (tmp_path / "weights").write_bytes(bytes(3_000_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
    try:
        with pytest.raises(ConfigurationError, match="File too large"):
            files.add(tmp_path / "weights", "a")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in files.folder.iterdir()] == []
    assert (files.bytes, files.is_empty) == (0, True)


def test_links_that_lead_out_of_a_folder_are_not_followed(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, outside = tmp_path / "plots", tmp_path / "outside"
    for made in (folder / "inner", outside):
        made.mkdir(parents=True)
        (made / "kept.txt").write_text("kept")
    (outside / "precious.txt").write_text("precious")
    (folder / "out.txt").symlink_to(outside / "precious.txt")
    (folder / "relative.txt").symlink_to("../outside/precious.txt")
    (folder / "out").symlink_to(outside)
    (folder / "in.txt").symlink_to(folder / "inner" / "kept.txt")
    (folder / "in").symlink_to("inner")
    (folder / ".env").write_text("KEY=1")
    (folder / "plain.txt").symlink_to(".env")
    run.log_artifacts(folder)
    assert names(run) == ["in.txt", "inner/kept.txt"]
    said = capsys.readouterr().err
    for name in ("out.txt", "relative.txt", "out"):
        assert f"not attached: {folder / name}, a link out of the folder" in said
    assert f"not attached: {folder / 'plain.txt'}, made for secrets" in said


def test_a_folder_that_is_a_link_itself_is_attached(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("a")
    (tmp_path / "link").symlink_to("real")
    run.log_artifacts(tmp_path / "link")
    assert names(run) == ["a.txt"]
