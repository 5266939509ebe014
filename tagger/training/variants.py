"""Encoded corpora to the same corpora with rows for further forms, and which of them each form may become.

Forms in another case, forms with a typo, and rare forms whose word is hidden are encoded once; no word of the corpus
has one of them yet. A form in another case keeps its mark of lists of names if these fold case; one with a typo has no
mark, as no list has it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tagger.text.features import FormFeatures
from tagger.text.gazetteers import change_form, form_of
from tagger.text.vocabulary import PADDING, UNKNOWN
from tagger.training.batches import PADDING_FORM, EncodedCorpus
from tagger.training.noise import typos_of

Forms = NDArray[np.int32]

MOST_TYPOS = 16
"""Misspellings of a form; one that has fewer tokens has as many misspellings as tokens."""


def with_variants(
    corpus: EncodedCorpus, features: FormFeatures, change: Callable[[str], str]
) -> tuple[EncodedCorpus, Forms]:
    """`corpus` with rows for its forms after `change` too, and the number of each form's changed one [forms + 1]."""
    exact = features.gazetteers is not None and not features.gazetteers.lowercase
    numbers = _numbers(corpus)
    changed = [PADDING_FORM]
    for text in corpus.texts[1:]:
        variant = change_form(text, change)
        text = form_of(variant) if exact and variant != text else variant
        changed.append(numbers.setdefault(text, len(numbers) + 1))
    whole = _with_forms(corpus, features, numbers)
    return whole, np.array(changed, np.int32)


def with_typos(corpus: EncodedCorpus, features: FormFeatures, seed: int) -> tuple[EncodedCorpus, Forms]:
    """`corpus` with rows for misspellings of its forms too, and their numbers [forms + 1, MOST_TYPOS].

    A form that may have no typo, or has no token, has itself.
    """
    numbers = _numbers(corpus)
    tokens = np.bincount(corpus.forms, minlength=len(corpus.texts)).tolist()
    table = np.repeat(np.arange(len(corpus.texts), dtype=np.int32)[:, None], MOST_TYPOS, axis=1)
    for form, text in enumerate(corpus.texts):
        typos = _some_typos(form_of(text), tokens[form], seed)
        if typos:
            table[form] = np.resize(
                [numbers.setdefault(typo, len(numbers) + 1) for typo in typos], MOST_TYPOS
            )
    return _with_forms(corpus, features, numbers), table


def all_typos(tokens: Mapping[str, int], seed: int) -> set[str]:
    """The misspellings of all forms with these training tokens, where no form has more of them in any one corpus."""
    return {typo for form, count in tokens.items() for typo in _some_typos(form, count, seed)}


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


def _some_typos(form: str, tokens: int, seed: int) -> list[str]:
    return typos_of(form, min(tokens, MOST_TYPOS), seed=seed)


def _numbers(corpus: EncodedCorpus) -> dict[str, int]:
    return {text: number for number, text in enumerate(corpus.texts) if number != PADDING_FORM}


def _with_forms(corpus: EncodedCorpus, features: FormFeatures, numbers: dict[str, int]) -> EncodedCorpus:
    """`corpus` with those of the forms that it has not, which stand last in `numbers`."""
    texts = tuple(numbers)[len(corpus.texts) - 1 :]
    return _with_rows(corpus, features.rows(texts), features.character_rows(texts), texts)


def _with_rows(
    corpus: EncodedCorpus, rows: NDArray[np.int64], characters: NDArray[np.int64], texts: Sequence[str]
) -> EncodedCorpus:
    """`corpus` with further forms."""
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
