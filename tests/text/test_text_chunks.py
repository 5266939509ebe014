"""Chunks of word rows: what is in them, where they go on, what is held out, and the process that makes them.

Oracle: the sentences of text/raw_text.py looked up one by one.
"""

import io
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError, TaggerError
from tagger.text import text_chunks
from tagger.text.features import normalize_word
from tagger.text.raw_text import BEGINNING, Position, read_paragraphs
from tagger.text.text_chunks import ChunkPlan, TextChunk, held_out_sentences, stream_chunks
from tagger.text.text_sources import RawText
from tagger.text.vocabulary import Vocabulary

WORDS = ["the", "a", "b", "0", "."]
VOCABULARY = Vocabulary(WORDS)


def _plan(folder: Path, *contents: str | bytes, on_error="stop", **options) -> ChunkPlan:
    files = []
    for number, content in enumerate(contents):
        files.append(folder / str(number))
        files[-1].write_bytes(content.encode() if isinstance(content, str) else content)
    text = RawText(tuple(map(str, files)), line_breaks="paragraph", on_error=on_error)
    return ChunkPlan(text, VOCABULARY.rows, **{"reach": 2} | options)


def _same(left: list[TextChunk], right: list[TextChunk]) -> bool:
    return [c[1:] for c in left] == [c[1:] for c in right] and all(
        np.array_equal(a.rows, b.rows) and a.rows.dtype == b.rows.dtype == np.int32
        for a, b in zip(left, right, strict=True)
    )


def _chunks(plan: ChunkPlan, start: Position = BEGINNING) -> list[TextChunk]:
    return list(stream_chunks(plan, start, background=False))


def test_a_small_text_by_hand(tmp_path):
    (chunk,) = _chunks(_plan(tmp_path, "The a . B 7\n", "new\n", reach=1))
    assert chunk.rows.tolist() == [0, 2, 3, 6, 0, 4, 5, 0, 1, 0]
    assert chunk[1:] == (6, Position(1, 2, 2), True, {})


@pytest.mark.parametrize(
    ("lowercase", "fold_digits", "rows"),
    [(True, True, [2, 5]), (False, True, [1, 5]), (True, False, [2, 1]), (False, False, [1, 1])],
)
def test_words_are_normalised_as_asked(tmp_path, lowercase, fold_digits, rows):
    plan = _plan(tmp_path, "The 7", reach=0, lowercase=lowercase, fold_digits=fold_digits)
    assert [chunk.rows.tolist() for chunk in _chunks(plan)] == [rows]


LINES = st.lists(st.sampled_from("the a b 7 new . A, !".split()), max_size=12).map(" ".join)
FILES = st.lists(st.lists(LINES, max_size=12).map("\n".join), min_size=1, max_size=3)
OPTIONS = st.fixed_dictionaries(
    {
        "reach": st.integers(0, 3),
        "chunk_words": st.integers(1, 30),
        "held_out_words": st.integers(0, 20),
        "held_out_every": st.integers(1, 5),
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("chunks")


@given(files=FILES, options=OPTIONS)
def test_chunks_are_the_paragraphs_that_are_not_held_out(folder, files, options):
    plan = _plan(folder, "the end\n" * 6, *files, **options)
    gap, held_out, kept, tokens = [0] * plan.reach, [], [], 0
    for number, (_, sentences) in enumerate(read_paragraphs(plan.text), 1):
        if number % plan.held_out_every == 0 and tokens < plan.held_out_words:
            held_out += sentences
            tokens += sum(map(len, sentences))
        else:
            kept.append(sentences)
    assert held_out_sentences(plan) == held_out
    if not kept:
        return
    chunks = _chunks(plan)
    paragraphs = iter(kept)
    for chunk in chunks:
        rows, words = gap.copy(), 0
        while words < plan.chunk_words and (sentences := next(paragraphs, None)) is not None:
            for sentence in sentences:
                normal = [normalize_word(t, lowercase=True, fold_digits=True) for t in sentence]
                rows += [VOCABULARY.row(word) for word in normal] + gap
                words += len(sentence)
        assert chunk.rows.tolist() == rows and chunk.words == words
    assert next(paragraphs, None) is None
    assert [chunk.end for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


@given(files=FILES, options=OPTIONS)
def test_a_stream_started_at_next_gives_the_chunks_that_would_have_followed(folder, files, options):
    plan = _plan(folder, "the end\nof all\n" * 6, *files, **options)
    if plan.held_out_every == 1 and plan.held_out_words:
        return
    whole = _chunks(plan)
    for count, chunk in enumerate(whole, 1):
        assert _same(_chunks(plan, chunk.next), whole[count:])


def test_held_out_text_is_spread_and_nothing_more_than_asked_is_read(tmp_path):
    lines = "".join(f"the {number} words\n" for number in range(1, 4000))
    plan = _plan(tmp_path, lines, b"\xff\n", held_out_words=10)
    assert held_out_sentences(plan) == [["the", str(n), "words"] for n in (50, 100, 150, 200)]
    assert held_out_sentences(_plan(tmp_path, lines)) == []


def test_few_forms_remembered_give_the_same_rows(tmp_path, monkeypatch):
    plan = _plan(tmp_path, "the a b new The 7 9 . the a\n" * 20)
    expected = _chunks(plan)
    monkeypatch.setattr(text_chunks, "MAX_FORMS", 3)
    assert _same(_chunks(plan), expected)


def test_lines_left_out_are_counted_with_the_chunk_that_met_them(tmp_path):
    content = b"the a\n" * 5000 + b"\xff\nb\0\n\xff\n" + b"the a\n" * 5000 + b"\xff\n"
    plan = _plan(tmp_path, content, on_error="skip", chunk_words=1000)
    chunks = _chunks(plan)
    assert sum(c.skipped.get("not UTF-8", 0) for c in chunks) == 3
    assert sum(c.skipped.get("NUL byte", 0) for c in chunks) == 1
    assert not chunks[0].skipped and chunks[-1].skipped == {"not UTF-8": 1}


def test_a_text_without_words_to_train_on_is_an_error(tmp_path):
    for content, found in [("\n\n", "none"), ("the a\n", "only what is held out")]:
        plan = _plan(tmp_path, content, held_out_words=5, held_out_every=1)
        with pytest.raises(DataError) as error:
            _chunks(plan)
        assert (
            str(error.value)
            == f"{plan.text.names[0]}: expected text to train on, found {found}. Is the text empty?"
        )


def test_standard_input_is_read_here_and_once(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"the a\nb\n")))
    plan = ChunkPlan(RawText(("-",), line_breaks="paragraph"), VOCABULARY.rows, 1)
    (chunk,) = stream_chunks(plan)
    assert chunk.rows.tolist() == [0, 2, 3, 0, 4, 0]
    with pytest.raises(DataError) as error:
        list(stream_chunks(plan))
    assert str(error.value) == (
        "-: expected text that is read once, found a second reading of standard input. "
        "Save the text to a file, and name the file."
    )


def test_a_second_process_gives_identical_chunks_and_ends(tmp_path):
    plan = _plan(tmp_path, "the a b new. 7\n" * 300, "b\n" * 90, chunk_words=100, held_out_words=20)
    expected = _chunks(plan)
    assert len(expected) > 10
    assert _same(list(stream_chunks(plan)), expected)
    assert _same(list(stream_chunks(plan, expected[4].next)), expected[5:])
    assert not multiprocessing.active_children()


def test_an_error_of_the_process_is_raised_where_it_is_met(tmp_path):
    plan = _plan(tmp_path, b"the a\n" * 5000 + b"b\0\n", chunk_words=1000)
    for background in (True, False):
        found = []
        with pytest.raises(DataError) as error:
            found.extend(stream_chunks(plan, background=background))
        assert str(error.value) == (
            f"{plan.text.names[0]}:5001: expected text, found a NUL byte at character 2 of the line. "
            "Is it a binary file, or UTF-16 text without a mark?"
        )
    assert not multiprocessing.active_children()


def test_closing_the_stream_ends_the_process(tmp_path):
    stream = stream_chunks(_plan(tmp_path, "the a\n" * 5000, chunk_words=100))
    next(stream)
    (pid,) = [process.pid for process in multiprocessing.active_children()]
    stream.close()
    assert not multiprocessing.active_children()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_process_that_is_killed_is_an_error(tmp_path):
    stream = stream_chunks(_plan(tmp_path, "the a\n" * 50_000, chunk_words=20_000))
    next(stream)
    (process,) = multiprocessing.active_children()
    process.kill()
    with pytest.raises(TaggerError) as error:
        list(stream)
    assert str(error.value) == (
        "the process that reads the text ended (exit code -9). Was there enough memory?"
    )


PROGRAM = """
import multiprocessing, sys, time
from tagger.text.text_chunks import ChunkPlan, stream_chunks
from tagger.text.text_sources import RawText

if __name__ == "__main__":
    plan = ChunkPlan(RawText((sys.argv[1],), line_breaks="paragraph"), {"the": 2}, 2, chunk_words=1000)
    stream = stream_chunks(plan)
    next(stream)
    try:
        print(multiprocessing.active_children()[0].pid, flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print(sum(chunk.words for chunk in stream), "torch" in sys.modules)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_process_leaves_interrupts_to_its_parent_and_dies_with_it(tmp_path, how):
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "text").write_text("the a\n" * 5000, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    program = subprocess.Popen(
        [sys.executable, tmp_path / "program.py", tmp_path / "text"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert program.stdout is not None
    child = int(program.stdout.readline())
    if how == signal.SIGINT:
        os.killpg(program.pid, how)  # as the terminal does
    else:
        program.kill()
    output, errors = program.communicate(timeout=30)
    assert errors == ""
    assert output == ("9000 False\n" if how == signal.SIGINT else "")
    deadline = time.monotonic() + 20
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)


def _is_running(pid: int) -> bool:
    """Whether a process is there and no zombie that its new parent has not looked at yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
