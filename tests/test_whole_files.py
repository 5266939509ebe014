"""Files and folders that are written whole or not at all; whole messages."""

import os
from pathlib import Path

import pytest

from tagger import whole_files
from tagger.errors import OutputExistsError, TaggerError
from tagger.whole_files import check_new_file, write_file, written_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_block_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), written_whole(tmp_path / "model") as folder:
        write_file(folder / "x", "x")
        raise RuntimeError
    assert names(tmp_path) == []


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_interruption_keeps_what_was_there(tmp_path: Path, interruption: type[BaseException]) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").write_text("old", encoding="utf-8")
    with pytest.raises(interruption), written_whole(target, force=True) as folder:
        (folder / "new").write_text("new", encoding="utf-8")
        raise interruption
    assert names(tmp_path) == ["model"]
    assert names(target) == ["old"]


def test_existing_output_is_refused_before_any_work(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").write_text("old", encoding="utf-8")
    with pytest.raises(OutputExistsError), written_whole(target):
        pytest.fail("the block must not start")
    assert names(tmp_path) == ["model"]


def test_force_replaces_the_whole_folder(tmp_path: Path) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").write_text("old", encoding="utf-8")
    with written_whole(target, force=True) as folder:
        (folder / "new").write_text("new", encoding="utf-8")
    assert names(target) == ["new"]
    assert names(tmp_path) == ["model"]


def test_empty_folder_is_no_output(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with written_whole(tmp_path / "model") as folder:
        (folder / "new").write_text("new", encoding="utf-8")
    assert names(tmp_path / "model") == ["new"]
    assert names(tmp_path) == ["model"]


def test_folders_above_are_made(tmp_path: Path) -> None:
    with written_whole(tmp_path / "a" / "b"):
        pass
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with written_whole(tmp_path / "model") as folder:
            write_file(folder / "x", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "model").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "model" / "x").stat().st_mode & 0o777 == 0o644


def test_write_file_replaces_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_file(path, "one é")
    assert path.read_text(encoding="utf-8") == "one é"

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(whole_files.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_file(path, "two")
    assert path.read_text(encoding="utf-8") == "one é"
    assert names(tmp_path) == ["file"]


def test_a_file_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path) -> None:
    def refusal(path: Path, *, force: bool) -> str:
        with pytest.raises(TaggerError) as caught:
            check_new_file(path, force=force)
        return str(caught.value)

    path = tmp_path / "file"
    check_new_file(path, force=False)
    path.touch()
    check_new_file(path, force=True)
    hint = "Choose another output, or pass --force to replace it."
    assert refusal(path, force=False) == f"{path}: expected a new path, found an existing one. {hint}"
    assert refusal(tmp_path, force=True) == f"{tmp_path}: expected a file to write, found a folder."
    below = tmp_path / "none" / "file"
    assert refusal(below, force=True) == f"{below.parent}: expected a folder to write into, found none."


def test_a_folder_that_cannot_be_replaced_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old").touch()
    moves = []
    move = os.replace

    def failing(source: Path, goal: Path) -> None:
        moves.append(goal)
        if len(moves) == 2:
            raise OSError("disk gone")
        move(source, goal)

    monkeypatch.setattr("tagger.whole_files.os.replace", failing)
    with pytest.raises(OSError, match="disk gone"), written_whole(target, force=True):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (target / "old").exists()
