"""Words of one model to rows of another's table, each spelt by its own rules; labels and other items by equality."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from tagger.network.transfer import RowPairs
from tagger.text.features import Feature, FormFeatures, item_of, normalize_word
from tagger.text.growth import grow
from tagger.text.vocabulary import PADDING, UNKNOWN, Vocabulary

RESERVED_ROWS = ((PADDING, PADDING), (UNKNOWN, UNKNOWN))
KINDS = ("exact", "lower-cased", "digits folded")


class WordFinder:
    """Finds words of a table in another model's vocabulary.

    A word is looked up as it stands; else in lower case, or among the other model's words as `spell`, the rule of the
    table, has them; else with its digits folded too.
    """

    def __init__(self, source: Vocabulary, spell: Callable[[str], str]) -> None:
        self.source = source
        self.respelt: dict[str, str] = {}  # of words that come to be spelt alike the one with the first row
        for item in source.items:
            self.respelt.setdefault(spell(item), item)

    def find(self, word: str) -> tuple[str, int] | None:
        """How the word was found, one of KINDS, and its row in the other model; None: nowhere."""
        rows = self.source.rows
        if word in rows:
            return KINDS[0], rows[word]
        lower = word.lower()
        if lower in rows:
            return KINDS[1], rows[lower]
        item = self.respelt.get(word)
        if item is not None:
            return KINDS[1 if item.lower() == lower else 2], rows[item]
        for folded in (_fold(word), _fold(lower)):
            if folded in rows:
                return KINDS[2], rows[folded]
        return None


def match_words(target: FormFeatures, source: FormFeatures) -> tuple[RowPairs, dict[str, int]]:
    """Pairs of rows of the two word tables, and how many words were found how (KINDS).

    The rows of padding and of unknown words belong to one another.
    """
    finder = word_finder(target, source)
    kinds = Counter(dict.fromkeys(KINDS, 0))
    pairs = list(RESERVED_ROWS)
    for word, row in target.vocabularies["word"].rows.items():
        found = finder.find(word)
        if found:
            kinds[found[0]] += 1
            pairs.append((row, found[1]))
    return row_pairs(pairs), dict(kinds)


def match_items(target: Vocabulary, source: Vocabulary) -> RowPairs:
    """Pairs of rows of equal items; padding and unknown belong to one another."""
    equal = ((row, source.rows[item]) for item, row in target.rows.items() if item in source)
    return row_pairs([*RESERVED_ROWS, *equal])


def match_labels(target: Sequence[str], source: Sequence[str]) -> RowPairs:
    """Pairs of rows of equal labels."""
    rows = {label: row for row, label in enumerate(source)}
    return row_pairs([(row, rows[label]) for row, label in enumerate(target) if label in rows])


def word_finder(target: FormFeatures, source: FormFeatures) -> WordFinder:
    """Finds words of the target's table in the source's."""
    feature = word_feature(target)
    return WordFinder(source.vocabularies["word"], lambda word: item_of(word, feature))


def words_to_add(word: Feature, forms: Iterable[str], source: FormFeatures, limit: int) -> list[str]:
    """Words of `source`, spelt as the feature `word` spells them, that are to have rows beside those of `forms`.

    First the words of `forms` that are found there, however rare, then at most `limit` others in the order of their
    rows. For `fit_features(extra_words=...)`.
    """
    known = {item_of(form, word) for form in forms}
    finder = WordFinder(source.vocabularies["word"], lambda item: item_of(item, word))
    others = [spelt for spelt in finder.respelt if spelt not in known]
    return [*(spelt for spelt in sorted(known) if finder.find(spelt)), *others[:limit]]


def with_items_of(features: FormFeatures, source: FormFeatures, layers: Iterable[str]) -> FormFeatures:
    """The features with the items that the tables named in `layers` have in `source` beyond their own, behind these.

    Words are left out, for `words_to_add` chooses them, and so are tables that the two spell by other rules.
    """
    spelt = {feature.name: _spelling(feature) for feature in source.features} | {"characters": ()}
    own = {feature.name: _spelling(feature) for feature in features.features} | {"characters": ()}
    taken = {
        name: grow(known, source.vocabularies[name])
        for name, known in features.vocabularies.items()
        if name != "word"
        and name in source.vocabularies
        and own[name] == spelt[name]
        and {"lookup", f"lookup.{name}"} & set(layers)
    }
    return features.with_vocabularies(taken)


def _spelling(feature: Feature) -> tuple[object, ...]:
    return feature.kind, feature.length, feature.lowercase, feature.fold_digits


def covered_tokens(counts: Mapping[str, int], feature: Feature, known: Iterable[str]) -> int:
    """Tokens of `counts` (form -> tokens) whose item under `feature` is one of `known`."""
    items = set(known)
    return sum(count for form, count in counts.items() if item_of(form, feature) in items)


def word_feature(features: FormFeatures) -> Feature:
    """The feature that looks up the word itself; every model has it."""
    return next(feature for feature in features.features if feature.kind == "word")


def row_pairs(pairs: Sequence[tuple[int, int]]) -> RowPairs:
    """(target, source) rows as arrays."""
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return RowPairs(both[:, 0], both[:, 1])


def _fold(word: str) -> str:
    return normalize_word(word, lowercase=False, fold_digits=True)
