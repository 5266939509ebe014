"""Files that appear whole or not at all, and what is checked of them before any work."""

import os
from pathlib import Path

import pytest

from tagger.errors import SettingsError
from tagger.reading.inputs import InputFile, find_inputs
from tagger.writing.output_files import OutputFile, OutputPlan, check_outputs, is_folder, remove_leftovers


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_appears_when_it_is_kept(tmp_path: Path) -> None:
    file = OutputFile(str(tmp_path / "deep" / "a"))
    file.open()
    file.write(b"one")
    file.close()
    assert "deep/a" not in names(tmp_path)
    file.keep()
    assert names(tmp_path) == ["deep/a"]
    assert (tmp_path / "deep" / "a").read_bytes() == b"one"
    file.drop()  # as an interrupt right after would
    assert names(tmp_path) == ["deep/a"]


@pytest.mark.parametrize("step", ["none", "open", "write", "close"])
def test_a_file_that_is_dropped_leaves_nothing(tmp_path: Path, step: str) -> None:
    file = OutputFile(str(tmp_path / "a"))
    steps = ["none", "open", "write", "close"].index(step)
    if steps >= 1:
        file.open()
    if steps >= 2:
        file.write(b"one")
    if steps >= 3:
        file.close()
    file.drop()
    assert names(tmp_path) == []


def test_an_interrupt_between_opening_and_knowing_it_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = OutputFile(str(tmp_path / "a"))
    begin = open

    def interrupted(path: str, mode: str) -> None:
        begin(path, mode).close()
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        file.open()
    file.drop()
    assert names(tmp_path) == []


def test_long_names_of_many_bytes_can_be_written(tmp_path: Path) -> None:
    name = "é" * 125
    file = OutputFile(str(tmp_path / name))
    file.open()
    file.close()
    file.keep()
    assert names(tmp_path) == [name]


def test_only_temporary_files_of_ours_are_left_overs(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in (
        "a",
        ".b",
        "c.part",
        ".d.part",
        "deep/.e.12.tagger-part",
        ".f.tagger-part",
        "deep/g.1.tagger-part",
    ):
        (tmp_path / name).touch()
    killed = OutputFile(str(tmp_path / "deep" / "h"))
    killed.open()
    killed.close()
    remove_leftovers(str(tmp_path))
    assert names(tmp_path) == [".b", ".d.part", ".f.tagger-part", "a", "c.part", "deep/g.1.tagger-part"]


@pytest.mark.parametrize(
    ("relative", "name"),
    [
        ("a.txt", "a.txt.conll"),
        ("deep/a.txt.GZ", "deep/a.txt.conll"),
        ("a.b/c", "a.b/c.conll"),
        ("gz", "gz.conll"),
    ],
)
def test_outputs_mirror_inputs_without_the_suffix_of_their_compression(relative: str, name: str) -> None:
    assert OutputPlan("out", folder=True, suffix=".conll").name(InputFile("x", relative)) == name


def test_two_inputs_of_one_folder_that_meet_are_an_error(tmp_path: Path) -> None:
    for name in ("a.txt", "a.txt.gz", "b.txt"):
        (tmp_path / name).touch()
    with pytest.raises(
        SettingsError, match=r"a\.txt and .*a\.txt\.gz, which would both become out/a\.txt\.conll"
    ):
        check_outputs(
            OutputPlan("out", folder=True, suffix=".conll"), find_inputs([str(tmp_path)]), force=True
        )


def test_an_input_behind_a_link_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.conll").touch()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").symlink_to("../out/a.conll")
    with pytest.raises(
        SettingsError, match=r"--output: expected another file than the inputs, found out/a\.conll"
    ):
        check_outputs(OutputPlan("out", folder=True, suffix=".conll"), find_inputs(["in"]), force=True)


def test_one_file_or_pipe_needs_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    os.mkfifo(tmp_path / "pipe")
    assert not is_folder([str(tmp_path / "a")], "out")
    assert not is_folder([str(tmp_path / "pipe")], "out")
    assert not is_folder(["-"], "out")
    assert is_folder(["-"], "out/")
    assert is_folder([str(tmp_path)], "out")
    assert is_folder(["a", "b"], "out")
    assert is_folder(["-"], str(tmp_path))
