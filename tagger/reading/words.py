"""Sentences on their way to the network: ready tokens with what is known of where they stood, in batches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

TOKENS_A_BATCH = 8192
"""Tokens tagged at once: enough that a step of many sentences side by side costs little each."""
SENTENCES_A_BATCH = 4096
TOKENS_A_DOCUMENT = 131_072
"""Where a model looks at whole documents, a longer one is several."""


class Words(NamedTuple):
    """One sentence of ready tokens; without offsets and text it is " ".join(tokens)."""

    tokens: Sequence[str]
    starts: list[int] | None = None
    ends: list[int] | None = None
    text: str | None = None
    rows: Sequence[str] = ()  # of a column file: the row of each token as it stands
    before: Sequence[str] = ()  # of a column file: document rows and comments in front of the sentence
    source: str = ""  # of CoNLL-U: the lines of the sentence as they stand, blank lines behind them included
    places: Sequence[int] = ()  # of CoNLL-U: which of these lines each token is, from 0
    record: Mapping[str, object] | None = None  # that the text is from, one object for all its sentences
    gap: str | None = None  # the text between the sentence and the one before, or the beginning of the piece
    is_ready: bool = False  # of a record: its tokens are one of its fields, not cut from a text
    document: int = 0  # neighbours with the same number are of one document, where a model looks at documents


Item = TypeVar("Item", Words, Words | None)


class Waiting(Generic[Item]):
    """Items that wait to be tagged together (None: no tokens)."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._tokens = 0

    def add(self, item: Item) -> bool:
        """Let one more wait; whether they are enough now: TOKENS_A_BATCH tokens or SENTENCES_A_BATCH items."""
        self._items.append(item)
        if item is not None:
            self._tokens += len(item.tokens)
        return self._tokens >= TOKENS_A_BATCH or len(self._items) >= SENTENCES_A_BATCH

    def take(self) -> list[Item]:
        """Those that wait; none does afterwards."""
        batch, self._items, self._tokens = self._items, [], 0
        return batch


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in lists of about TOKENS_A_BATCH tokens, at most SENTENCES_A_BATCH items each."""
    waiting = Waiting[Item]()
    for item in items:
        if waiting.add(item):
            yield waiting.take()
    rest = waiting.take()
    if rest:
        yield rest


def document_batches(items: Iterable[Item], *, most: int = TOKENS_A_DOCUMENT) -> Iterator[list[Item]]:
    """As `batches`, of whole documents; one with more than `most` tokens ends behind the sentence that exceeds them."""
    waiting = Waiting[Item]()
    document, tokens, enough = 0, 0, False
    for item in items:
        if item is not None:
            if item.document != document or tokens > most:
                if enough or tokens > most:
                    yield waiting.take()
                document, tokens, enough = item.document, 0, False
            tokens += len(item.tokens)
        enough = waiting.add(item) or enough
    rest = waiting.take()
    if rest:
        yield rest
