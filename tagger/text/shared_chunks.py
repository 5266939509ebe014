"""Raw text to the chunks that one process would make of it, made by several: each cuts its share into tokens.

Every process reads all bytes, which is cheap, and goes round with the others in cutting batches of paragraphs into
words. Then all exchange the rows of their words, four bytes a word, so that each has every chunk whole, with the same
places in the text: what is drawn from a chunk, and where a run goes on, does not depend on the number of processes.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from itertools import chain, islice
from multiprocessing import current_process

import numpy as np
from numpy.typing import NDArray

from tagger.text.problems import Problems
from tagger.text.raw_text import Paragraph, Position, read_batches, tokenised
from tagger.text.text_chunks import ChunkPlan, RowsOfForms, TextChunk, chunks_of, from_process

PARCEL = 16
"""Batches that a process cuts between two exchanges, about 1,500 words each."""

Exchange = Callable[[bytes], list[bytes]]
"""What each process has given, in the order of their ranks."""


Batch = list[tuple[int, int, list[list[int]]]]
"""Paragraphs: file, next line and sentences of rows of each."""


def shared_chunks(
    plan: ChunkPlan, start: Position, *, rank: int, count: int, exchange: Exchange
) -> Generator[TextChunk, None, None]:
    """As `text_chunks.stream_chunks`, which says what is raised, in process number `rank` of `count`."""
    alone = current_process().daemon
    parcels = (
        make_parcels(plan, start, rank, count)
        if alone
        else from_process(make_parcels, plan, start, rank, count)
    )
    with closing(parcels):
        batches = chain.from_iterable(_in_turn(map(exchange, parcels)))
        yield from chunks_of(plan, start, _paragraphs(start, batches), iter, Problems(plan.text.on_error))


def make_parcels(plan: ChunkPlan, start: Position, rank: int, count: int) -> Generator[bytes, None, None]:
    """The batches of this process, cut into rows: a parcel for every `count` times PARCEL batches of the text."""
    forms = RowsOfForms(plan)
    batches = enumerate(read_batches(plan.text, start, Problems(plan.text.on_error)))
    while group := list(islice(batches, count * PARCEL)):
        yield pack(
            [
                (file, line, [[forms[form] for form in sentence] for sentence in sentences])
                for file, line, sentences in tokenised(batch)
            ]
            for number, batch in group
            if number % count == rank
        )


def _in_turn(exchanged: Iterable[list[bytes]]) -> Iterator[list[Batch]]:
    """The batches of all processes in the order of the text."""
    for parcels in exchanged:
        parts = [unpack(parcel) for parcel in parcels]
        yield [part[place] for place in range(len(parts[0])) for part in parts if place < len(part)]


def _paragraphs(start: Position, batches: Iterable[Batch]) -> Iterator[Paragraph]:
    number = start.paragraph
    for batch in batches:
        for file, line, sentences in batch:
            number += 1
            yield Paragraph(Position(file, line, number, start.held_out), sentences)  # type: ignore[arg-type]


def pack(batches: Iterable[Batch]) -> bytes:
    """The batches as bytes: how many numbers of each kind, places (of a batch, its paragraphs), lengths, rows."""
    places: list[int] = []
    lengths: list[int] = []
    rows: list[int] = []
    for batch in batches:
        places.append(len(batch))
        for file, line, sentences in batch:
            places += (file, line, len(sentences))
            for sentence in sentences:
                lengths.append(len(sentence))
                rows += sentence
    sizes = np.array([len(places), len(lengths), len(rows)], np.int64)
    return b"".join(
        [
            sizes.tobytes(),
            np.array(places, np.int64).tobytes(),
            np.array(lengths, np.int32).tobytes(),
            np.array(rows, np.int32).tobytes(),
        ]
    )


def unpack(parcel: bytes) -> list[Batch]:
    """The batches that `pack` made the bytes of."""
    sizes = np.frombuffer(parcel, np.int64, 3)
    places: NDArray[np.int64] = np.frombuffer(parcel, np.int64, sizes[0], sizes.nbytes)
    begin = sizes.nbytes + places.nbytes
    lengths: NDArray[np.int32] = np.frombuffer(parcel, np.int32, sizes[1], begin)
    rows: list[int] = np.frombuffer(parcel, np.int32, sizes[2], begin + lengths.nbytes).tolist()
    ends = np.cumsum(lengths).tolist()
    sentences = iter([rows[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)])
    facts = iter(places.tolist())
    return [
        [(next(facts), next(facts), list(islice(sentences, next(facts)))) for _ in range(paragraphs)]
        for paragraphs in facts
    ]
