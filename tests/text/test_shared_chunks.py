"""Chunks made by several processes against those of one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import DataError
from tagger.text import raw_text, shared_chunks
from tagger.text.raw_text import BEGINNING, Position
from tagger.text.shared_chunks import make_parcels, pack, unpack
from tagger.text.text_chunks import ChunkPlan, TextChunk, make_chunks
from tagger.text.text_sources import find_text

ROWS = {word: row for row, word in enumerate("the cat sat on mat a dog ran .".split(), 2)}


def plan(folder: Path, **changes: int) -> ChunkPlan:
    for number in range(3):
        lines = "".join(f"The cat sat on mat {n}.\n\nA dog ran.\n" for n in range(30 * number + 5))
        (folder / f"{number}.txt").write_text(lines, "utf-8")
    text = find_text([str(folder)], line_breaks="paragraph")
    return ChunkPlan(
        text, ROWS, 2, **{"chunk_words": 40, "held_out_words": 20, "held_out_every": 7, **changes}
    )


def together(
    plan: ChunkPlan, start: Position, count: int, monkeypatch: pytest.MonkeyPatch
) -> list[list[TextChunk]]:
    """The chunks as each of `count` processes gets them."""
    monkeypatch.setattr(shared_chunks, "from_process", lambda make, *arguments: make(*arguments))
    parcels = [list(make_parcels(plan, start, rank, count)) for rank in range(count)]
    assert len({len(own) for own in parcels}) == 1
    found = []
    for rank in range(count):
        rounds = iter(list(zip(*parcels, strict=True)))
        found.append(
            list(
                shared_chunks.shared_chunks(
                    plan,
                    start,
                    rank=rank,
                    count=count,
                    exchange=lambda own, rounds=rounds: list(next(rounds)),
                )
            )
        )
    return found


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("batch", [1, 200])
def test_several_processes_make_the_chunks_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, batch: int
) -> None:
    monkeypatch.setattr(raw_text, "_BATCH", batch)
    monkeypatch.setattr(shared_chunks, "PARCEL", 2)
    chosen = plan(tmp_path)
    wanted = list(make_chunks(chosen, BEGINNING))
    assert len(wanted) > 8
    for found in together(chosen, BEGINNING, count, monkeypatch):
        assert_same(found, wanted)
    later = wanted[3].next  # a run that goes on deals anew, with the same result
    for found in together(chosen, later, count, monkeypatch):
        assert_same(found, wanted[4:])


def assert_same(found: list[TextChunk], wanted: list[TextChunk]) -> None:
    assert [(c.words, c.next, c.end, c.rows.tolist()) for c in found] == [
        (c.words, c.next, c.end, c.rows.tolist()) for c in wanted
    ]


def test_no_process_cuts_what_another_one_cuts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_text, "_BATCH", 1)
    chosen = plan(tmp_path)
    cut = [
        [
            (file, line)
            for parcel in make_parcels(chosen, BEGINNING, rank, 2)
            for batch in unpack(parcel)
            for file, line, _ in batch
        ]
        for rank in range(2)
    ]
    assert not set(cut[0]) & set(cut[1])
    assert abs(len(cut[0]) - len(cut[1])) <= 1
    (alone,) = [[(f, n) for p in make_parcels(chosen, BEGINNING, 0, 1) for b in unpack(p) for f, n, _ in b]]
    assert sorted(cut[0] + cut[1]) == alone


def test_text_without_a_word_is_refused_as_by_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty.txt").write_text("\n \n", "utf-8")
    empty = ChunkPlan(find_text([str(tmp_path / "empty.txt")]), ROWS, 2)
    with pytest.raises(DataError) as one:
        list(make_chunks(empty, BEGINNING))
    with pytest.raises(DataError) as several:
        together(empty, BEGINNING, 2, monkeypatch)
    assert str(several.value) == str(one.value)


Sentences = st.lists(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=4), min_size=1, max_size=3)
Batches = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 2**40), Sentences), max_size=3), max_size=4
)


@given(Batches)
def test_what_is_packed_comes_out_again(batches: list[list[tuple[int, int, list[list[int]]]]]) -> None:
    assert unpack(pack(batches)) == batches
