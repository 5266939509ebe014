"""New corpora and old ones to what an epoch of fine-tuning trains on: all new sentences and a share of old ones.

The old sentences of an epoch are drawn from the training's own generator, after everything else that is drawn for the
epoch, so a resumed training draws what an uninterrupted one does. They come in rounds: every old sentence once, in
random order, then again, until the share is reached; with less old data than the share asks for a sentence comes more
than once an epoch.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tagger.training.batches import Corpora, EncodedCorpus

Numbers = NDArray[np.int64]


def mix_in(corpora: Corpora, new: int, share: float) -> Corpora:
    """A function that draws an epoch's corpora: the first `new` ones whole, of the others a `share` of all words.

    Old sentences are taken until the share is reached, so it is passed by less than a sentence; each old corpus has
    the part of it that it has of all old words.
    """

    def draw(generator: np.random.Generator) -> Sequence[EncodedCorpus]:
        drawn = corpora(generator) if callable(corpora) else corpora
        fresh, old = drawn[:new], drawn[new:]
        wanted = old_words(sum(corpus.words for corpus in fresh), share)
        total = sum(corpus.words for corpus in old)
        parts = [
            subset(corpus, draw_sentences(corpus.lengths, wanted * corpus.words / total, generator))
            for corpus in old
            if corpus.words
        ]
        return [*fresh, *parts]

    return draw


def old_words(new: int, share: float) -> float:
    """Words of old sentences that make up a `share` of all, beside `new` words of new ones."""
    return new * share / (1.0 - share)


def rehearsal_line(new: int, old: int, share: float) -> str:
    """How much of `old` words each epoch takes beside `new` ones, as one line."""
    wanted = old_words(new, share)
    times = f"each sentence of these about {wanted / old:.1f} times"
    part = times if wanted > old else f"about {100 * wanted / old:.0f}% of these"
    return f"rehearsed in each epoch, {100 * share:.0f}% of its words: {part}"


def draw_sentences(lengths: Numbers, words: float, generator: np.random.Generator) -> Numbers:
    """Numbers of sentences with `words` words, the last one whole, in rounds of all sentences; ascending."""
    total = int(lengths.sum())
    rounds = max(int(np.ceil(words / total)), 1)
    order = np.concatenate([generator.permutation(len(lengths)) for _ in range(rounds)])
    before = np.cumsum(lengths[order]) - lengths[order]  # words drawn before each
    return np.sort(order[before < words])


def subset(corpus: EncodedCorpus, sentences: Numbers) -> EncodedCorpus:
    """The sentences with these numbers, in this order, as a corpus that shares its forms with `corpus`."""
    lengths = corpus.lengths[sentences]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    inside = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)  # [words], place within the sentence
    words = np.repeat(corpus.starts[sentences], lengths) + inside  # [words], place within the corpus
    labels = {task: values[words] for task, values in corpus.labels.items()}
    return replace(corpus, forms=corpus.forms[words], starts=starts, labels=labels)
