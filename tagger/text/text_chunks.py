"""Raw text to chunks of word rows for training, made in a second process so that the trainer's core is free.

Held-out text: every `held_out_every`th paragraph of the pass, until `held_out_words` tokens are held out. The position
carries the paragraph's number and the tokens held out so far, so that a stream started anywhere leaves out the same.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tagger.errors import DataError, TaggerError
from tagger.text.features import normalize_word
from tagger.text.problems import Problems
from tagger.text.processes import follow_parent, starting
from tagger.text.raw_text import BEGINNING, Paragraph, Position, read_paragraphs
from tagger.text.text_sources import RawText
from tagger.text.vocabulary import PADDING, UNKNOWN

Item = TypeVar("Item")

CHUNK_WORDS = 1_000_000
HELD_OUT_EVERY = 50  # paragraphs
MAX_FORMS = 500_000  # forms whose row is remembered


class TextChunk(NamedTuple):
    """Word rows of whole paragraphs, in their order."""

    rows: NDArray[np.int32]  # [M], `reach` rows of padding at both ends and between sentences
    words: int  # tokens in it
    next: Position  # where the text goes on
    end: bool  # whether it is the last of the pass
    skipped: Mapping[str, int]  # kind -> lines left out (--on-error skip) while it was read


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """What text becomes which chunks; the same plan and start always give the same."""

    text: RawText
    rows: Mapping[str, int] = field(repr=False)  # normalised word -> row
    reach: int  # words that a window sees on either side of its centre
    lowercase: bool = True
    fold_digits: bool = True
    chunk_words: int = CHUNK_WORDS
    held_out_words: int = 0
    held_out_every: int = HELD_OUT_EVERY


def stream_chunks(
    plan: ChunkPlan, start: Position = BEGINNING, *, background: bool = True
) -> Generator[TextChunk, None, None]:
    """The chunks from `start` on: whole paragraphs with `chunk_words` tokens or more; the last may have less.

    With `background` a second process makes the next one meanwhile, except from standard input and in processes that
    may not start others. Close the generator to end it early. A new process imports the main module of the program:
    scripts need `if __name__ == "__main__":`.
    Raises DataError where the text cannot be read, or has no word to train on from its beginning.
    """
    alone = plan.text.has_stdin or current_process().daemon
    yield from make_chunks(plan, start) if alone or not background else from_process(make_chunks, plan, start)


def held_out_sentences(plan: ChunkPlan) -> list[list[str]]:
    """The sentences that all chunks of `plan` leave out; reads as much of the text as is needed to find them."""
    sentences: list[list[str]] = []
    if plan.held_out_words:
        problems = Problems(plan.text.on_error)
        with closing(_split(plan, BEGINNING, read_paragraphs(plan.text, problems=problems))) as paragraphs:
            for paragraph, held_out in paragraphs:
                if held_out:
                    sentences += paragraph.sentences
                if paragraph.next.held_out >= plan.held_out_words:
                    break
    return sentences


def make_chunks(plan: ChunkPlan, start: Position) -> Generator[TextChunk, None, None]:
    """The chunks from `start` on, made here."""
    problems = Problems(plan.text.on_error)
    forms = RowsOfForms(plan)
    paragraphs = read_paragraphs(plan.text, start, problems=problems)
    return chunks_of(plan, start, paragraphs, lambda sentence: map(forms.__getitem__, sentence), problems)


def chunks_of(
    plan: ChunkPlan,
    start: Position,
    paragraphs: Iterable[Paragraph],
    rows_of: Callable[[list[Any]], Iterable[int]],
    problems: Problems,
) -> Generator[TextChunk, None, None]:
    """The chunks of `paragraphs`, which begin at `start`; `rows_of` gives the rows of a sentence."""
    gap = [PADDING] * plan.reach
    rows, words, after = gap.copy(), 0, start
    for paragraph, held_out in _split(plan, start, paragraphs):
        if words >= plan.chunk_words and not held_out:
            yield TextChunk(np.array(rows, np.int32), words, after, False, _taken(problems))
            rows, words = gap.copy(), 0
        if not held_out:
            for sentence in paragraph.sentences:
                rows += rows_of(sentence)
                rows += gap
                words += len(sentence)
        after = paragraph.next
    if words:
        yield TextChunk(np.array(rows, np.int32), words, after, True, _taken(problems))
    elif start == BEGINNING:
        found = "none" if not after.paragraph else "only what is held out"
        raise DataError(", ".join(plan.text.names[:3]), None, "text to train on", found, "Is the text empty?")


class RowsOfForms(dict[str, int]):
    """Form -> row of its normalised word, filled as forms are met, emptied when there are too many."""

    def __init__(self, plan: ChunkPlan) -> None:
        super().__init__()
        self.plan = plan

    def __missing__(self, form: str) -> int:
        plan = self.plan
        word = normalize_word(form, lowercase=plan.lowercase, fold_digits=plan.fold_digits)
        if len(self) >= MAX_FORMS:
            self.clear()
        row = self[form] = plan.rows.get(word, UNKNOWN)
        return row


def _split(
    plan: ChunkPlan, start: Position, paragraphs: Iterable[Paragraph]
) -> Generator[tuple[Paragraph, bool], None, None]:
    """The paragraphs, and whether each is held out; positions say how many tokens have been."""
    tokens = start.held_out
    for place, sentences in paragraphs:
        held_out = place.paragraph % plan.held_out_every == 0 and tokens < plan.held_out_words
        if held_out:
            tokens += sum(map(len, sentences))
        yield Paragraph(place._replace(held_out=tokens), sentences), held_out


def _taken(problems: Problems) -> dict[str, int]:
    """The counts of `problems`, which begin at zero again."""
    counts = dict(problems.counts)
    problems.counts.clear()
    return counts


def from_process(make: Callable[..., Iterable[Item]], *arguments: object) -> Generator[Item, None, None]:
    """What `make` gives in a second process: one item waits in the pipe while the trainer has the one before."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(there, make, arguments), daemon=True)
    with starting():
        process.start()
    there.close()
    try:
        while (item := _received(here, process)) is not None:
            yield item
    finally:
        here.close()
        process.terminate()
        process.join()
        process.close()


def _received(pipe: Connection, process: SpawnProcess) -> Any:
    """The next item, None behind the last; raises the TaggerError that ended the process."""
    try:
        item = pipe.recv()
    except (EOFError, OSError) as error:
        process.join()
        problem = f"the process that reads the text ended (exit code {process.exitcode})"
        raise TaggerError(problem, hint="Was there enough memory?") from error
    if isinstance(item, TaggerError):
        raise item
    return item


def _work(pipe: Connection, make: Callable[..., Iterable[object]], arguments: tuple[object, ...]) -> None:
    """What the second process does: send items, then None or the error that ended them."""
    follow_parent()
    with suppress(BrokenPipeError):  # the parent wants no more
        try:
            for item in make(*arguments):
                pipe.send(item)
            pipe.send(None)
        except TaggerError as error:
            pipe.send(error)
