"""Encoded corpora to what an epoch trains on: mentions swapped, sentences in lower or upper case, rare words hidden.

Every epoch is drawn anew from the training's own generator, so a resumed training draws what an uninterrupted one does.
The corpora themselves never change. Forms in another case, and rare forms whose word is hidden, are encoded once, as
further rows; an epoch then only renumbers. The order: mentions, then case, then rare words.

The vocabularies stay those of the training data as they stand: what only another case brings (a shape, a character, a
word where features.word.lowercase = false) has the row of unknown items, while training as when tagging.

Rare words: a token of a word with at most rare_count training tokens gets the row of unknown words, so that this row
learns from words that are like unseen ones. features.word.unknown_rate hides forms whatever their frequency, all their
tokens of one batch at once; with both, a word is hidden where either hides it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tagger.config import AugmentationSettings
from tagger.errors import SettingsError
from tagger.saved import TaskDescription
from tagger.text.features import FormFeatures
from tagger.text.vocabulary import PADDING, UNKNOWN
from tagger.training.batches import PADDING_FORM, Corpora, EncodedCorpus
from tagger.training.mentions import Mentions, find_mentions, swap_mentions

Forms = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Augmenter:
    """One corpus, ready to be changed as `rates` say; where a rate is 0 what it needs may be None.

    `corpus` has the rows of variants too; `lower`, `upper` and `hidden` [forms + 1] say which is whose.
    """

    corpus: EncodedCorpus
    rates: AugmentationSettings
    mentions: Mentions | None = None
    lower: Forms | None = None
    upper: Forms | None = None
    hidden: Forms | None = None

    def draw(self, generator: np.random.Generator) -> EncodedCorpus:
        """The corpus of one epoch; the very corpus where all rates are 0."""
        corpus = self.corpus
        if self.mentions is not None and self.rates.swap_rate:
            corpus = swap_mentions(corpus, self.mentions, self.rates.swap_rate, generator)
        if self.rates.lowercase_rate or self.rates.uppercase_rate:
            corpus = self._in_other_case(corpus, generator)
        if self.hidden is not None and self.rates.rare_rate:
            rare = np.flatnonzero(self.hidden[corpus.forms] != corpus.forms)
            rare = rare[generator.random(len(rare)) < self.rates.rare_rate]
            forms = corpus.forms.copy()
            forms[rare] = self.hidden[forms[rare]]
            corpus = replace(corpus, forms=forms)
        return corpus

    def _in_other_case(self, corpus: EncodedCorpus, generator: np.random.Generator) -> EncodedCorpus:
        draws = np.repeat(generator.random(len(corpus.lengths)), corpus.lengths)  # [words]
        forms = corpus.forms
        if self.lower is not None:
            forms = np.where(draws < self.rates.lowercase_rate, self.lower[corpus.forms], forms)
        if self.upper is not None:
            forms = np.where(draws >= 1.0 - self.rates.uppercase_rate, self.upper[corpus.forms], forms)
        return replace(corpus, forms=forms)


def build_augmentation(
    settings: AugmentationSettings,
    corpora: Sequence[EncodedCorpus],
    tasks: Sequence[Sequence[TaskDescription]],
    features: FormFeatures,
) -> Corpora:
    """What the loop trains on: `corpora` as they are if no rate is set, else a function that draws them for an epoch.

    tasks: those of each corpus. Raises SettingsError for rates that cannot be.
    """
    rates = (settings.lowercase_rate, settings.uppercase_rate, settings.rare_rate, settings.swap_rate)
    if not any(rates):
        return corpora
    if settings.lowercase_rate + settings.uppercase_rate > 1.0 + 1e-9:
        most = f"at most {1.0 - settings.lowercase_rate:g}, what lowercase_rate leaves"
        raise SettingsError("augmentation.uppercase_rate", most, f"{settings.uppercase_rate:g}")
    mentions: list[Mentions | None] = [None for _ in corpora]
    if settings.swap_rate:
        mentions = [find_mentions(corpus, own) for corpus, own in zip(corpora, tasks, strict=True)]
        if not any(mentions):
            expected = "0 without a task whose tags mark spans in the training data"
            raise SettingsError("augmentation.swap_rate", expected, f"{settings.swap_rate:g}")
    column = [feature.kind for feature in features.features].index("word")
    rare = word_counts(corpora, column, len(features.vocabularies["word"])) <= settings.rare_count
    augmenters = []
    for corpus, found in zip(corpora, mentions, strict=True):
        whole, lower, upper, hidden = corpus, None, None, None
        if settings.lowercase_rate:
            whole, lower = with_variants(whole, features, str.lower)
        if settings.uppercase_rate:
            whole, upper = with_variants(whole, features, str.upper)
        if settings.rare_rate:
            whole, hidden = with_hidden_words(whole, column, rare)
        augmenters.append(Augmenter(whole, settings, found, lower, upper, hidden))
    return lambda generator: [augmenter.draw(generator) for augmenter in augmenters]


def word_counts(corpora: Sequence[EncodedCorpus], column: int, rows: int) -> NDArray[np.int64]:
    """Training tokens of each row of the word table, which stands in `column` of the features. Shapes: result [V]."""
    counts = np.zeros(rows, np.int64)
    for corpus in corpora:
        counts += np.bincount(corpus.rows[corpus.forms, column], minlength=rows)
    return counts


def with_variants(
    corpus: EncodedCorpus, features: FormFeatures, change: Callable[[str], str]
) -> tuple[EncodedCorpus, Forms]:
    """`corpus` with rows for its forms after `change` too, and the number of each form's changed one [forms + 1]."""
    numbers = {text: number for number, text in enumerate(corpus.texts) if number != PADDING_FORM}
    known = len(numbers)
    changed = [numbers.setdefault(change(text), len(numbers) + 1) for text in corpus.texts[1:]]
    texts = tuple(numbers)[known:]
    whole = _with_rows(corpus, features.rows(texts), features.character_rows(texts), texts)
    return whole, np.array([PADDING_FORM, *changed], np.int32)


def with_hidden_words(
    corpus: EncodedCorpus, column: int, rare: NDArray[np.bool_]
) -> tuple[EncodedCorpus, Forms]:
    """`corpus` with a second row, its word unknown, for each form of a rare word, and that row's number for each form.

    rare: which rows of the word table [V]. A form of another word, or whose word is unknown as it is, has itself.
    """
    words = corpus.rows[:, column]
    forms = np.flatnonzero(rare[words] & (words != UNKNOWN) & (np.arange(len(words)) != PADDING_FORM))
    hidden = np.arange(len(words), dtype=np.int32)
    hidden[forms] = len(words) + np.arange(len(forms))
    rows = corpus.rows[forms]
    rows[:, column] = UNKNOWN
    texts = tuple(corpus.texts[form] for form in forms)
    return _with_rows(corpus, rows, corpus.characters[forms], texts), np.append(hidden, hidden[forms])


def _with_rows(
    corpus: EncodedCorpus, rows: NDArray[np.int64], characters: NDArray[np.int64], texts: tuple[str, ...]
) -> EncodedCorpus:
    """`corpus` with further forms, which no word has yet."""
    width = max(corpus.characters.shape[1], characters.shape[1])
    both = [
        np.pad(part, ((0, 0), (0, width - part.shape[1])), constant_values=PADDING)
        for part in (corpus.characters, characters)
    ]
    return replace(
        corpus,
        rows=np.concatenate([corpus.rows, rows]),
        characters=np.concatenate(both),
        texts=(*corpus.texts, *texts),
    )
