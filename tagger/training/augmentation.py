"""Encoded corpora to what an epoch trains on: mentions swapped, typos made, sentences in another case, words hidden.

Every epoch is drawn anew from the training's own generator, so a resumed training draws what an uninterrupted one does.
The corpora themselves never change. Forms with a typo, forms in another case, and rare forms whose word is hidden are
encoded once, as further rows (`variants.py`); an epoch then only renumbers. The order: mentions, then typos, then case,
then rare words; so a sentence in another case may have typos too.

The vocabularies stay those of the training data as they stand: what only a typo or another case brings (a shape, a
character, a word that the data do not have) has the row of unknown items, while training as when tagging.

Typos: a form has a bounded number of misspellings, the same in every epoch, drawn from the seed of the training.

Rare words: a token of a word with at most rare_count training tokens gets the row of unknown words, so that this row
learns from words that are like unseen ones. features.word.unknown_rate hides forms whatever their frequency, all their
tokens of one batch at once; with both, a word is hidden where either hides it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tagger.config import AugmentationSettings
from tagger.errors import SettingsError
from tagger.saved import TaskDescription
from tagger.text.features import FormFeatures
from tagger.training.batches import Corpora, EncodedCorpus
from tagger.training.mentions import Mentions, find_mentions, swap_mentions
from tagger.training.variants import Forms, with_hidden_words, with_typos, with_variants

CASES: dict[str, Callable[[str], str]] = {
    "lowercase_rate": str.lower,
    "uppercase_rate": str.upper,
    "titlecase_rate": lambda form: form[:1].upper() + form[1:] if form.isalpha() else form,
}
"""Setting of a case -> what it makes of a form; of title case, `n't` and `'s` stay as they are."""
RATES = ("swap_rate", "typo_rate", *CASES, "rare_rate")
"""The settings of which each changes nothing at 0."""


@dataclass(frozen=True, slots=True)
class Augmenter:
    """One corpus, ready to be changed as `rates` say; where a rate is 0 what it needs may be None.

    `corpus` has the rows of variants too; `typos` [forms + 1, most typos], `cases` (of those whose rate is not 0) and
    `hidden` [forms + 1] say which is whose; a form that has none stands in its own place there.
    """

    corpus: EncodedCorpus
    rates: AugmentationSettings
    mentions: Mentions | None = None
    typos: Forms | None = None
    cases: Mapping[str, Forms] = field(default_factory=dict)
    hidden: Forms | None = None

    def draw(self, generator: np.random.Generator) -> EncodedCorpus:
        """The corpus of one epoch; the very corpus where all rates are 0."""
        corpus = self.corpus
        if self.mentions is not None and self.rates.swap_rate:
            corpus = swap_mentions(corpus, self.mentions, self.rates.swap_rate, generator)
        if self.typos is not None and self.rates.typo_rate:
            corpus = _with_some_typos(corpus, self.typos, self.rates.typo_rate, generator)
        if self.cases:
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
        forms, below = corpus.forms, 0.0
        for name, changed in self.cases.items():
            rate = getattr(self.rates, name)
            forms = np.where((below <= draws) & (draws < below + rate), changed[corpus.forms], forms)
            below += rate
        return replace(corpus, forms=forms)


def build_augmentation(
    settings: AugmentationSettings,
    corpora: Sequence[EncodedCorpus],
    tasks: Sequence[Sequence[TaskDescription]],
    features: FormFeatures,
    *,
    seed: int,
) -> Corpora:
    """What the loop trains on: `corpora` as they are if no rate is set, else a function that draws them for an epoch.

    tasks: those of each corpus; seed: of the misspellings. Raises SettingsError for rates that cannot be.
    """
    if not any(getattr(settings, name) for name in RATES):
        return corpora
    _check_cases(settings)
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
        whole, typos, hidden = corpus, None, None
        cases: dict[str, Forms] = {}
        if settings.typo_rate:
            whole, typos = with_typos(whole, features, seed)
        for name in CASES:
            if getattr(settings, name):
                whole, cases[name] = with_variants(whole, features, CASES[name])
        if settings.rare_rate:
            whole, hidden = with_hidden_words(whole, column, rare)
        augmenters.append(Augmenter(whole, settings, found, typos, cases, hidden))
    return lambda generator: [augmenter.draw(generator) for augmenter in augmenters]


def _check_cases(settings: AugmentationSettings) -> None:
    """Raises SettingsError where the shares of sentences in another case are more than all."""
    left, before = 1.0, ""
    for name in CASES:
        rate = getattr(settings, name)
        if rate > left + 1e-9:
            raise SettingsError(
                f"augmentation.{name}", f"at most {left:g}, the rest of {before}", f"{rate:g}"
            )
        if rate:
            left, before = left - rate, f"{before} and {name}" if before else name


def word_counts(corpora: Sequence[EncodedCorpus], column: int, rows: int) -> NDArray[np.int64]:
    """Training tokens of each row of the word table, which stands in `column` of the features. Shapes: result [V]."""
    counts = np.zeros(rows, np.int64)
    for corpus in corpora:
        counts += np.bincount(corpus.rows[corpus.forms, column], minlength=rows)
    return counts


def _with_some_typos(
    corpus: EncodedCorpus, typos: Forms, rate: float, generator: np.random.Generator
) -> EncodedCorpus:
    """`corpus` with one of their misspellings for a share `rate` of the tokens that have any."""
    able = np.flatnonzero(typos[corpus.forms, 0] != corpus.forms)
    chosen = able[generator.random(len(able)) < rate]
    forms = corpus.forms.copy()
    forms[chosen] = typos[forms[chosen], generator.integers(0, typos.shape[1], len(chosen))]
    return replace(corpus, forms=forms)
