"""Sentences on their way to the network: ready tokens with what is known of where they stood, in batches."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

TOKENS_A_BATCH = 8192
"""Tokens tagged at once: enough that a step of many sentences side by side costs little each."""
SENTENCES_A_BATCH = 4096


class Words(NamedTuple):
    """One sentence of ready tokens; without offsets and text it is " ".join(tokens)."""

    tokens: Sequence[str]
    starts: list[int] | None = None
    ends: list[int] | None = None
    text: str | None = None
    rows: Sequence[str] = ()  # of a column file: the row of each token as it stands
    before: Sequence[str] = ()  # of a column file: document rows and comments in front of the sentence


Item = TypeVar("Item", Words, Words | None)


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in lists of about TOKENS_A_BATCH tokens, at most SENTENCES_A_BATCH items (None: no tokens) each."""
    batch: list[Item] = []
    tokens = 0
    for item in items:
        batch.append(item)
        if item is not None:
            tokens += len(item.tokens)
        if tokens >= TOKENS_A_BATCH or len(batch) >= SENTENCES_A_BATCH:
            yield batch
            batch, tokens = [], 0
    if batch:
        yield batch
