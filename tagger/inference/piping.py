"""A stream of raw texts to their tagged sentences in the same order, by this process or by several alike."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tagger.inference.packing import Packed, Sentences, pack, unpack
from tagger.reading.words import Words, batches

if TYPE_CHECKING:
    from tagger.inference.tagger import Tagger

UNIT_CHARACTERS = 65_536
"""Characters of texts that go to a process together; a longer text goes alone."""
UNIT_TEXTS = 1024

Pairs = Iterable[tuple[str, Any]]


def pipe_here(
    pairs: Pairs,
    *,
    split: Callable[[str, int], Iterable[Words]],
    tag: Callable[[Sequence[Words]], Sentences],
    batched: Callable[[Iterable[Words | None]], Iterator[list[Words | None]]] = batches,
) -> Iterator[tuple[Sentences, Any]]:
    """For each pair of a text and anything, the text's tagged sentences and the same thing; texts share batches.

    split: a text, which is the document of that number, to its sentences. batched: sentences to batches.
    """
    contexts: deque[Any] = deque()

    def flat() -> Iterator[Words | None]:
        """The sentences of all texts, None after each text."""
        for number, (text, context) in enumerate(pairs):
            yield from split(text, number)
            contexts.append(context)
            yield None

    done: Sentences = []
    for batch in batched(flat()):
        tagged = iter(tag([words for words in batch if words is not None]))
        for words in batch:
            if words is not None:
                done.append(next(tagged))
                continue
            yield done, contexts.popleft()
            done = []


def pipe_in_processes(
    build: "Callable[[], Tagger]",
    pairs: Pairs,
    *,
    workers: int,
    schemes: Mapping[str, str],
    options: Mapping[str, Any],
) -> Iterator[tuple[Sentences, Any]]:
    """As `pipe_here`, by `workers` processes; what comes with the texts stays here.

    build: makes the tagger in each process.
    options: of `Tagger.pipe`, for all texts.
    Ends the processes when it ends, fails or is closed.
    """
    from tagger.inference.worker_pool import OrderedPool

    units: deque[tuple[list[str], list[Any]]] = deque()  # those whose results are still to come

    def texts() -> Iterator[list[str]]:
        for unit in _units(pairs):
            units.append(unit)
            yield unit[0]

    with OrderedPool(partial(_build_work, build, options), workers) as pool:
        for packed in pool.map(texts()):
            tagged, contexts = units.popleft()
            yield from zip(unpack(packed, tagged, schemes), contexts, strict=True)


def _units(pairs: Pairs) -> Iterator[tuple[list[str], list[Any]]]:
    """Texts and what came with them, in lists of UNIT_CHARACTERS characters or UNIT_TEXTS texts."""
    texts: list[str] = []
    contexts: list[Any] = []
    characters = 0
    for text, context in pairs:
        texts.append(text)
        contexts.append(context)
        characters += len(text)
        if characters >= UNIT_CHARACTERS or len(texts) >= UNIT_TEXTS:
            yield texts, contexts
            texts, contexts, characters = [], [], 0
    if texts:
        yield texts, contexts


def _build_work(
    build: "Callable[[], Tagger]", options: Mapping[str, Any]
) -> Callable[[Sequence[str]], Packed]:
    """What a process does with a unit of texts."""
    tagger = build()

    def work(texts: Sequence[str]) -> Packed:
        return pack(list(tagger.pipe(texts, **options)), tagger.tasks)

    return work
