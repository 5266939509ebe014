"""Sentences to folds for cross-validation: each sentence is held out once, and no copy of it is learnt from then."""

import random
from collections import Counter
from collections.abc import Hashable, Sequence

from tagger.text.sentences import Sentence

BLOCK = 20
"""Sentences that stay together where documents are not known: neighbours speak of the same things."""


def deal_folds(sentences: Sequence[Sentence], folds: int, *, seed: int) -> list[int]:
    """The fold of each sentence, a number below `folds`; all folds have about as many tokens.

    Sentences of one document are in one fold. Where the document is not known, or larger than a fold, BLOCK sentences
    that stand together are (fewer where there are few). There are fewer folds than asked for only where there are fewer
    sentences.
    """
    units = _units(sentences, folds)
    sizes: Counter[Hashable] = Counter()
    for unit, sentence in zip(units, sentences, strict=True):
        sizes[unit] += max(len(sentence.tokens), 1)
    order = list(sizes)
    random.Random(seed).shuffle(order)
    order.sort(key=lambda unit: -sizes[unit])  # of equal size in random order
    filled = [0] * folds
    fold_of: dict[Hashable, int] = {}
    for unit in order:
        fold_of[unit] = filled.index(min(filled))
        filled[fold_of[unit]] += sizes[unit]
    return [fold_of[unit] for unit in units]


def learnt_from(sentences: Sequence[Sentence], fold_of: Sequence[int], fold: int) -> list[int]:
    """The numbers of the sentences to learn from while `fold` is held out: those of other folds that it has no copy of.

    A copy of a held-out sentence would bring the very labels that are to be judged.
    """
    held = {tuple(s.tokens) for s, own in zip(sentences, fold_of, strict=True) if own == fold}
    return [
        number
        for number, (sentence, own) in enumerate(zip(sentences, fold_of, strict=True))
        if own != fold and tuple(sentence.tokens) not in held
    ]


def _units(sentences: Sequence[Sentence], folds: int) -> list[Hashable]:
    """What each sentence stays together with: its document or its block."""
    sizes: Counter[tuple[str, str]] = Counter()
    for sentence in sentences:
        sizes[sentence.path, sentence.document] += len(sentence.tokens)
    most = sizes.total() / folds
    block = max(1, min(BLOCK, len(sentences) // (4 * folds)))
    return [
        document if s.document and sizes[document] <= most else number // block
        for number, s in enumerate(sentences)
        for document in [(s.path, s.document)]
    ]
