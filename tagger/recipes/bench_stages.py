"""Raw text through the stages of tagging with a clock on each: the functions that `tagger tag` calls."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from tagger.inference.runtime import LookedUp, Runtime
from tagger.inference.tagger import Tagger
from tagger.reading.cutting import cut_pieces, parse_piece
from tagger.reading.pieces import Reading
from tagger.reading.words import Words
from tagger.saved import SavedModel
from tagger.writing.outputs import FORMATS, Layout

Array = NDArray[np.float32]
Numbers = NDArray[np.intp]

READ, TOKENISE, LOOK_UP = "reading and cutting", "tokenising, splitting sentences", "looking up forms"
FIRST, FURTHER, HEADS = "first layer", "further hidden layers", "heads"
DECODE, TOGETHER, WRITE = "decoding", "putting sentences together", "writing"
STAGES = (READ, TOKENISE, LOOK_UP, FIRST, FURTHER, HEADS, DECODE, TOGETHER, WRITE)
INNER = (LOOK_UP, FIRST, FURTHER, HEADS, DECODE)
"""Stages inside of `Tagger.tag_batch`: what is left of it puts sentences together."""

READING = Reading()
FORMAT = "columns"


class Clock(dict[str, float]):
    """Seconds spent in each stage."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(STAGES, 0.0))

    def add(self, stage: str, begin: float) -> None:
        """Count the time since `begin`."""
        self[stage] += perf_counter() - begin

    def inner(self) -> float:
        """Seconds in the stages inside of `Tagger.tag_batch`."""
        return sum(self[stage] for stage in INNER)


class TimedTagger(Tagger):
    """A tagger of one model with a clock on what goes on inside of `tag_batch`."""

    def __init__(self, model: SavedModel, *, memory: int, tasks: Sequence[str] | None, name: str) -> None:
        """See `Tagger`."""
        super().__init__(model, memory=1, tasks=tasks, names=[name])
        self.timed = _TimedRuntime(model, memory=memory, tasks=tuple(self._runtime.columns))
        self.score_with(self.timed, model)

    @property
    def clock(self) -> Clock:
        """What runs now."""
        return self.timed.clock

    def new_clock(self) -> Clock:
        """A clock that begins at zero, to be used from now on."""
        self.timed.clock = Clock()
        return self.timed.clock

    def decode(self, scores: Array, lengths: Numbers) -> dict[str, Numbers]:
        """As `Tagger.decode`."""
        begin = perf_counter()
        found = super().decode(scores, lengths)
        self.clock.add(DECODE, begin)
        return found


class _TimedRuntime(Runtime):
    def __init__(self, model: SavedModel, *, memory: int, tasks: Sequence[str]) -> None:
        super().__init__(model, memory=memory, tasks=tasks)
        self.clock = Clock()

    def look_up(
        self, sentences: Sequence[Sequence[str]], classes: Sequence[Sequence[str]] | None = None
    ) -> Iterator[LookedUp]:
        return self._clocked(super().look_up(sentences, classes))

    def _clocked(self, pieces: Iterator[LookedUp]) -> Iterator[LookedUp]:
        while True:
            begin = perf_counter()
            piece = next(pieces, None)
            self.clock.add(LOOK_UP, begin)
            if piece is None:
                return
            yield piece

    def first_hidden(self, numbers: Numbers, places: Numbers) -> Array:
        begin = perf_counter()
        hidden = super().first_hidden(numbers, places)
        self.clock.add(FIRST, begin)
        return hidden

    def further_hidden(self, hidden: Array) -> Array:
        begin = perf_counter()
        hidden = super().further_hidden(hidden)
        self.clock.add(FURTHER, begin)
        return hidden

    def fill_scores(self, hidden: Array, result: Array) -> None:
        begin = perf_counter()
        super().fill_scores(hidden, result)
        self.clock.add(HEADS, begin)


def timed_pass(path: str, tagger: TimedTagger, layout: Layout, output: Path) -> Clock:
    """Tag the text file `path` to `output`; the seconds that each stage took."""
    clock = tagger.new_clock()
    pieces = cut_pieces(path, READING)
    with output.open("wb") as sink:
        while True:
            begin = perf_counter()
            piece = next(pieces, None)
            clock.add(READ, begin)
            if piece is None:
                tagger.new_clock()  # what is tagged later is not counted here
                return clock
            begin = perf_counter()
            sentences = list(parse_piece(piece, READING))
            clock.add(TOKENISE, begin)
            begin, inner = perf_counter(), clock.inner()
            tagged = list(chain.from_iterable(map(tagger.tag_batch, tagger.batches(sentences))))
            clock[TOGETHER] += perf_counter() - begin - (clock.inner() - inner)
            begin = perf_counter()
            sink.write(FORMATS[FORMAT].render(sentences, tagged, layout))
            clock.add(WRITE, begin)


def sentences_of(path: str) -> list[Words]:
    """The sentences of a text file, their tokens fresh: no token has been looked up before."""
    return [
        words
        for piece in cut_pieces(path, READING)
        if piece is not None
        for words in parse_piece(piece, READING)
        if words.tokens
    ]
