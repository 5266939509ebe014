"""Many inputs at once: the same bytes however the work is done, bad inputs named, killed runs resumed."""

import bz2
import gzip
import io
import os
import signal
import socket
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import DataError, OutputExistsError, SettingsError, TaggerError
from tagger.inference.tagger import Tagger
from tagger.reading.column_rows import RowLayout
from tagger.reading.pieces import Piece
from tagger.recipes import units_of_work
from tagger.recipes.tag import Reading, Running, TagJob, TagWork, tag_files
from tagger.recipes.tag_manifest import MANIFEST
from tagger.saved import write_model
from tests.flows.program import tree
from tests.inference.random_models import FORMS, random_model

TEXT = "Ada lives in Paris. The U.S. in 1990\nwas walking.\n\nAda Walks.\n"
RESUME = Running(resume=True)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for number in (1, 2):
        (folder / str(number)).mkdir()
        write_model(folder / str(number), random_model(number))
    return folder


@pytest.fixture
def place(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").symlink_to(models / "1")
    (tmp_path / "other").symlink_to(models / "2")
    (tmp_path / "news" / "deep").mkdir(parents=True)
    (tmp_path / "news" / "a.txt").write_text(TEXT)
    (tmp_path / "news" / "b.jsonl").write_text('{"text": "Ada lives in Paris.", "id": 7}\n' * 3)
    (tmp_path / "news" / "deep" / "c.txt.gz").write_bytes(gzip.compress(TEXT.encode() * 50))
    (tmp_path / "news" / "deep" / "d.conllu").write_text("1\tAda\t_\t_\t_\t_\t_\t_\t_\t_\n\n")
    (tmp_path / "news" / "e.txt").write_text("")
    long = " ".join(FORMS[i * i % len(FORMS)] for i in range(60_000))
    (tmp_path / "news" / "f.txt").write_text(f"{long}\n\n{TEXT}" * 2)
    return tmp_path


def outputs(folder: Path) -> dict[str, bytes | None]:
    return {name: content for name, content in tree(folder).items() if name != MANIFEST}


@pytest.fixture
def expected(place: Path) -> dict[str, bytes | None]:
    tag_files("model", ["news"], output_format="columns", output="expected")
    return outputs(place / "expected")


@pytest.mark.parametrize("workers", [2, 3])
def test_the_bytes_do_not_depend_on_the_number_of_processes(
    place: Path, expected: dict[str, bytes | None], workers: int
) -> None:
    report = tag_files(
        "model", ["news"], output_format="columns", output="out", running=Running(workers=workers)
    )
    assert outputs(place / "out") == expected
    assert (report.files, report.total, report.failed) == (6, 6, [])


@pytest.mark.parametrize("memory", [1, 20_000])
def test_the_bytes_do_not_depend_on_the_memory(
    place: Path, expected: dict[str, bytes | None], memory: int
) -> None:
    tag_files("model", ["news"], output_format="columns", output="out", memory=memory)
    assert outputs(place / "out") == expected


@pytest.mark.parametrize(("characters", "pieces"), [(1, 1), (100, 3), (10**9, 10**9)])
def test_the_bytes_do_not_depend_on_the_units_of_work(
    place: Path,
    expected: dict[str, bytes | None],
    characters: int,
    pieces: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(units_of_work, "PIECE_CHARACTERS", characters)
    monkeypatch.setattr(units_of_work, "PIECES_A_UNIT", pieces)
    tag_files("model", ["news"], output_format="columns", output="out")
    assert outputs(place / "out") == expected


def test_what_stands_before_a_sentence_is_kept_in_conllu_wherever_the_input_is_cut() -> None:
    content = "-DOCSTART- X\n\nAda N\n\n# in\n\nParis N\n\n-DOCSTART- X\n\n"
    lines = content.splitlines(keepends=True)
    reading = Reading("conll")
    work = TagWork(Tagger(random_model(1)), TagJob(reading=reading, output_format="conllu"))

    def written(*cuts: int) -> bytes:
        edges = pairwise((0, *cuts, len(lines)))
        pieces = [Piece("".join(lines[a:b]), "a", a + 1, head=RowLayout(3, " ", 2)) for a, b in edges]
        return b"".join(rendered.content for rendered in work(pieces))

    assert written().count(b"# newdoc\n") == 2
    assert written(2) == written(6) == written(2, 4, 6, 8) == written()


def test_a_folder_where_an_output_should_be_fails_that_input_alone(place: Path) -> None:
    (place / "one" / "x.conll").mkdir(parents=True)
    (place / "one" / "x.conll" / "y").write_text(TEXT)
    (place / "two").mkdir()
    (place / "two" / "x").write_text(TEXT)
    (place / "two" / "z").write_text(TEXT)
    report = tag_files("model", ["one", "two"], output="out")
    assert [str(error) for error in report.failed] == [
        "two/x: expected a place for its output out/x.conll, found is a directory."
    ]
    assert set(outputs(place / "out")) >= {"x.conll/y.conll", "z.conll"} and report.files == 2


@given(texts=st.lists(st.text(alphabet="Ada \n.é", max_size=40), max_size=6), size=st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_a_stream_is_the_sum_of_its_files(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], size: int
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    nlp = Tagger(random_model(1))
    names = []
    for number, text in enumerate(texts):
        names.append(str(folder / f"{number}.txt"))
        Path(names[-1]).write_text(text, encoding="utf-8", newline="")
    alone = []
    for name in names:
        tag_files(nlp, [name], output=f"{name}.out")
        alone.append(Path(f"{name}.out").read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units_of_work, "PIECES_A_UNIT", size)
        stream = io.BytesIO()
        tag_files(nlp, names, stdout=stream)
    assert stream.getvalue() == b"".join(alone)


def spoil(folder: Path) -> list[str]:
    """Put everything that is bad into `folder`; what is said of it, in the order of the names."""
    (folder / "x.bin").write_bytes(bytes(range(256)) * 20)
    (folder / "x.gz").write_bytes(gzip.compress(os.urandom(5000).hex().encode())[:2000])
    (folder / "x.bz2").write_bytes(b"no archive")
    (folder / "x.bz2").replace(folder / "y.bz2")
    (folder / "z-half.bz2").write_bytes(bz2.compress(os.urandom(5000).hex().encode())[:1000])
    (folder / "z-latin").write_bytes("Zo\xeb lives.\n".encode("latin-1"))
    (folder / "z-nul.txt").write_bytes(b"Ada lives.\nin\0Paris.\n")
    (folder / "z-rows.conllu").write_text("1\tAda\n\n")
    os.mkfifo(folder / "fifo")
    (folder / "dangling").symlink_to(folder / "nowhere")
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "above").symlink_to(folder)
    return [
        "dangling",
        "fifo",
        "loop",
        "x.bin",
        "x.gz",
        "y.bz2",
        "z-half.bz2",
        "z-latin",
        "z-nul.txt",
        "z-rows.conllu",
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_bad_files_are_named_and_never_stop_the_others(
    place: Path, expected: dict[str, bytes | None], workers: int
) -> None:
    names = spoil(place / "news")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("news/socket")
        report = tag_files(
            "model", ["news"], output_format="columns", output="out", running=Running(workers=workers)
        )
    assert outputs(place / "out") == expected
    bad = [error.where.removeprefix("news/").partition(":")[0] for error in report.failed]
    assert bad == [*names[:3], "socket", *names[3:]]
    assert (report.files, report.total, report.linked_folders) == (6, 6 + len(bad), 1)
    said = {error.where: str(error) for error in report.failed}
    assert said["news/fifo"] == "news/fifo: expected a regular file, found a named pipe."
    assert said["news/socket"] == "news/socket: expected a regular file, found a socket."
    assert said["news/dangling"] == "news/dangling: expected a file, found a link to nothing."
    assert said["news/loop"] == "news/loop: expected a file, found a link that leads back to itself."


def test_a_folder_without_permission_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = os.scandir

    def refused(path: str) -> object:
        if str(path).startswith("news/deep"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    report = tag_files("model", ["news"], output_format="columns", output="out")
    assert [str(error) for error in report.failed] == [
        "news/deep: expected a readable folder, found one without permission to read it."
    ]
    assert report.files == 4


def test_what_an_error_leaves_to_tag_stays_on_a_stream(place: Path) -> None:
    (place / "bad.conllu").write_text("1\tAda\t_\t_\t_\t_\t_\t_\t_\t_\n\n1\tAda\n\n")
    stream = io.BytesIO()
    report = tag_files("model", ["bad.conllu", "news/a.txt"], output_format="columns", stdout=stream)
    assert [error.where for error in report.failed] == ["bad.conllu:3"]
    assert stream.getvalue().count(b"\n\n") == 1 + 3
    assert (report.files, report.sentences) == (1, 4)


def test_a_setting_that_does_not_fit_a_file_is_said_of_the_file(place: Path) -> None:
    (place / "in.conll").write_text("# global.columns = ID FORM\n1\tAda\n\n")
    reading = Reading(input_format="conll", word_column="WORD")
    report = tag_files("model", ["in.conll"], output="out.conll", reading=reading)
    assert [str(error) for error in report.failed] == [
        "in.conll: --word-column: expected a number or one of ID FORM, found 'WORD'."
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_fail_fast_stops_at_the_first_bad_file_and_keeps_those_before(place: Path, workers: int) -> None:
    (place / "news" / "b.txt").write_bytes(b"\xff")
    with pytest.raises(DataError, match=r"news/b\.txt:1: expected UTF-8 text, found the byte 0xff"):
        tag_files(
            "model",
            ["news"],
            output_format="columns",
            output="out",
            running=Running(workers=workers, fail_fast=True),
        )
    assert outputs(place / "out").keys() == {"a.txt.conll", "b.jsonl.conll"}
    (place / "news" / "gone").symlink_to("nowhere")
    with pytest.raises(DataError, match="news/gone: expected a file, found a link to nothing"):
        tag_files("model", ["news"], output_format="columns", output="never", running=Running(fail_fast=True))
    assert not (place / "never").exists()


class Deadly(TagJob):
    """A job whose process dies."""

    def build(self) -> TagWork:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def test_a_worker_that_dies_is_an_error_and_leaves_no_partial_file(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagger.recipes.tag.TagJob", Deadly)
    with pytest.raises(TaggerError, match="a worker process ended by the signal SIGKILL"):
        tag_files("model", ["news"], output_format="columns", output="out", running=Running(workers=2))
    assert outputs(place / "out") == {}


def test_an_error_of_the_program_is_not_taken_for_a_bad_file(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nlp = Tagger(random_model(1))
    monkeypatch.setattr(nlp, "tag_batch", lambda *_, **__: [][0])
    with pytest.raises(IndexError):
        tag_files(nlp, ["news"], output_format="columns", output="out")
    assert outputs(place / "out") == {}


def test_a_full_disk_is_not_taken_for_a_bad_file(place: Path) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="No space left"):
        tag_files("model", ["news"], output_format="columns", stdout=full)


def test_an_output_without_a_place_is_said_of_its_input(place: Path) -> None:
    (place / "news" / "g").write_text("Ada.")
    (place / "news" / "g.conll").mkdir()
    (place / "news" / "g.conll" / "h").write_text("Ada.")
    (place / "news" / ("n" * 252)).write_text("Ada.")
    report = tag_files("model", ["news"], output_format="columns", output="out")
    assert [error.where for error in report.failed] == ["news/" + "n" * 252, "news/g.conll/h"]
    assert report.files == 7


def test_resuming_does_only_what_is_left(place: Path, expected: dict[str, bytes | None]) -> None:
    (place / "news" / "d.txt").write_bytes(b"\xff")
    first = tag_files("model", ["news"], output_format="columns", output="out")
    assert (first.files, first.skipped, len(first.failed)) == (6, 0, 1)
    kept = (place / "out" / "e.txt.conll").stat()
    (place / "out" / "a.txt.conll").unlink()  # lost
    (place / "out" / "deep" / "c.txt.gz.conll").exists()
    (place / "out" / "deep" / "c.txt.conll").write_bytes(b"half")
    (place / "news" / "b.jsonl").write_text('{"text": "Ada."}\n')  # changed
    (place / "news" / "d.txt").write_text("Ada.")  # mended
    (place / "out" / "deep" / ".c.txt.conll.123.tagger-part").write_bytes(b"left")
    second = tag_files("model", ["news"], output_format="columns", output="out", running=RESUME)
    assert (second.files, second.skipped, second.failed) == (4, 3, [])
    assert (place / "out" / "e.txt.conll").stat() == kept
    found = outputs(place / "out")
    assert found.keys() == {*expected, "d.txt.conll"}
    assert {name for name in expected if found[name] != expected[name]} == {"b.jsonl.conll"}
    third = tag_files(
        "model", ["news"], output_format="columns", output="out", running=Running(resume=True, workers=2)
    )
    assert (third.files, third.skipped) == (0, 7)


def test_resuming_begins_where_there_is_nothing(place: Path, expected: dict[str, bytes | None]) -> None:
    tag_files("model", ["news"], output_format="columns", output="out", running=RESUME)
    assert outputs(place / "out") == expected


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ("model", {"scheme": "IOBES"}, "--scheme: expected IOB2 as before, found IOBES."),
        ("model", {"tasks": ["ner"]}, "--task: expected none as before, found ner."),
        ("model", {"probabilities": True}, "--probabilities: expected no as before, found yes."),
        ("model", {"reading": Reading()}, "--input-format: expected auto as before, found text."),
        ("other", {}, "--model: expected the model of before, found another one."),
    ],
)
def test_resuming_with_other_settings_is_an_error(
    place: Path, model: str, options: dict[str, object], message: str
) -> None:
    tag_files("model", ["news/a.txt"], output_format="columns", output="out/")
    with pytest.raises(SettingsError) as error:
        tag_files(model, ["news"], output_format="columns", output="out", running=RESUME, **options)  # type: ignore[arg-type]
    hint = "Resume with what the folder was begun with, or begin anew: leave out --resume and pass --force."
    assert str(error.value) == f"{message} {hint}"
    assert outputs(place / "out").keys() == {"a.txt.conll"}


def test_an_output_of_somebody_else_is_never_replaced_by_resuming(place: Path) -> None:
    tag_files("model", ["news/a.txt"], output_format="columns", output="out/")
    (place / "out" / "e.txt.conll").write_text("mine")
    with pytest.raises(OutputExistsError, match=r"out/e\.txt\.conll: expected a new path"):
        tag_files("model", ["news"], output_format="columns", output="out", running=RESUME)
    tag_files(
        "model", ["news"], output_format="columns", output="out", running=Running(resume=True, force=True)
    )
    assert (place / "out" / "e.txt.conll").read_bytes() == b""


def test_an_existing_output_of_a_run_is_an_error_that_tells_of_resuming(place: Path) -> None:
    tag_files("model", ["news"], output_format="columns", output="out")
    with pytest.raises(OutputExistsError) as error:
        tag_files("model", ["news"], output_format="columns", output="out")
    assert str(error.value) == (
        "out/a.txt.conll: expected a new path, found an existing one. Pass --resume to go on with the run that wrote "
        "it. Choose another output, or pass --force to replace it."
    )


def test_a_forced_run_that_was_killed_before_it_named_a_file_does_it_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old file has the size of the new one; only the checksum of the last line tells."""
    tag_files("model", ["news/a.txt"], output="out/", tasks=["pos"])
    right = (place / "out" / "a.txt.conll").read_bytes()
    (place / "out" / "a.txt.conll").write_bytes(right[::-1])

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tagger.writing.output_files.OutputFile.keep", killed)
        with pytest.raises(KeyboardInterrupt):
            tag_files("model", ["news/a.txt"], output="out/", tasks=["pos"], running=Running(force=True))
    assert (place / "out" / "a.txt.conll").read_bytes() == right[::-1]
    report = tag_files("model", ["news/a.txt"], output="out/", tasks=["pos"], running=RESUME)
    assert (report.files, report.skipped) == (1, 0)
    assert (place / "out" / "a.txt.conll").read_bytes() == right


@pytest.mark.parametrize(
    ("output", "begins"), [("out.jsonl", b'{"tokens"'), ("out.html", b"<!DOCTYPE"), ("out.txt", b"Ada\t")]
)
def test_the_format_follows_the_name_of_the_output_where_it_is_clear(
    place: Path, output: str, begins: bytes
) -> None:
    tag_files("model", ["news/a.txt"], output=output)
    assert (place / output).read_bytes().startswith(begins)
    tag_files("model", ["news/a.txt"], output=output, output_format="inline", running=Running(force=True))
    assert not (place / output).read_bytes().startswith(begins)


def test_the_reading_follows_the_suffix_unless_it_is_given(place: Path) -> None:
    stream, as_text = io.BytesIO(), io.BytesIO()
    tag_files("model", ["news/b.jsonl"], stdout=stream, output_format="jsonl")
    assert stream.getvalue().count(b'"id": 7') == 3
    tag_files("model", ["news/b.jsonl"], stdout=as_text, reading=Reading())
    assert b'"\t' in as_text.getvalue()


def test_a_named_pipe_that_the_user_names_is_read(place: Path) -> None:
    read, write = os.pipe()
    os.write(write, TEXT.encode())
    os.close(write)
    stream = io.BytesIO()
    report = tag_files("model", [f"/dev/fd/{read}", "news/a.txt"], stdout=stream)
    os.close(read)
    assert (report.files, report.sentences, report.size) == (2, 6, None)
