"""A word form to the rows of its features: word, capitalisation, affixes, shape, lists of names, memory, characters.

Every feature is a function of the form alone, so whatever is computed from features can be kept per distinct form.
With lists of names, forms that stand in a listed phrase carry a mark (`gazetteers.py`), and with a memory those that
the document has elsewhere (`memory.py`): the form and its mark are one form here. The form that stands outside the
sentence (padding) has row 0 in every lookup table.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tagger.text.gazetteers import PLACES, Gazetteers, form_of, place_of
from tagger.text.memory import Memory, class_of, with_memory
from tagger.text.vocabulary import PADDING, UNKNOWN, Vocabulary

Kind = Literal["word", "static", "caps", "prefix", "suffix", "shape", "list", "memory"]

WORD_START, WORD_END = "\x02", "\x03"
"""Control characters that stand for the edges of a form in its character sequence."""

_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"(.)\1{2,}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Feature:
    """One lookup table: which function of the form selects its row, and the width of its vectors."""

    kind: Kind
    dim: int
    length: int = 0  # characters of a prefix or suffix
    lowercase: bool = True  # word, prefix, suffix: fold case first
    fold_digits: bool = True  # word, prefix, suffix: every digit becomes 0
    min_count: int = 1  # training tokens that an item needs for a row of its own
    source: str = ""  # name of a table of static vectors, or of a list of names
    place: int = 0  # of the list in a mark; of memory the number of lists

    @property
    def name(self) -> str:
        """The name of the lookup table: "word", "prefix3", "static_meaning", "list_cities", ..."""
        if self.source:
            return f"{self.kind}_{self.source}"
        return f"{self.kind}{self.length}" if self.length else self.kind


@dataclass(frozen=True, slots=True)
class CharacterFeature:
    """Convolution over a form's characters, then the maximum over positions (dos Santos and Zadrozny 2014)."""

    dim: int  # width of a character's vector
    filters: int  # width of the result
    width: int = 3  # characters that one filter sees
    max_length: int = 20  # longer forms keep their first and last halves of this


def normalize_word(form: str, *, lowercase: bool, fold_digits: bool) -> str:
    """`form` in lower case and with every decimal digit as 0, as asked (Collobert et al. 2011, section 3.1)."""
    if lowercase:
        form = form.lower()
    return form if not fold_digits or form.isalpha() else _DIGIT.sub("0", form)


def caps_class(form: str) -> str:
    """Which letters are capitals: "none", the "first" alone, "all" of two or more, or "mixed"."""
    if form == form.lower():
        return "none"
    if len(form) > 1 and form == form.upper():
        return "all"
    if form[0].isupper() and form[1:] == form[1:].lower():
        return "first"
    return "mixed"


class _Shapes(dict[int, str]):
    """Code point -> what stands for it in a shape; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        shape = "X" if c.isupper() or c.istitle() else "x" if c.isalpha() else "0" if c.isdigit() else c
        self[code] = shape
        return shape


_SHAPES = _Shapes()


def word_shape(form: str) -> str:
    """`form` with capitals as X, other letters as x, digits as 0, runs cut to two: "McDonald's-24" is "XxXxx'x-00"."""
    return _cut_runs(form[:40].translate(_SHAPES))


@lru_cache(maxsize=4096)
def _cut_runs(shape: str) -> str:
    return _RUN.sub(r"\1\1", shape)


_ITEM: dict[str, Callable[[str, Feature], str]] = {
    "word": lambda form, f: normalize_word(form, lowercase=f.lowercase, fold_digits=f.fold_digits),
    "static": lambda form, f: normalize_word(form, lowercase=f.lowercase, fold_digits=f.fold_digits),
    "caps": lambda form, _: caps_class(form),
    "shape": lambda form, _: word_shape(form),
    "list": lambda form, f: place_of(form, f.place),
    "memory": lambda form, f: class_of(form, f.place),
    "prefix": lambda form, f: normalize_word(form, lowercase=f.lowercase, fold_digits=f.fold_digits)[
        : f.length
    ],
    "suffix": lambda form, f: normalize_word(form, lowercase=f.lowercase, fold_digits=f.fold_digits)[
        -f.length :
    ],
}


def item_of(form: str, feature: Feature) -> str:
    """The item of `form` that `feature` looks up, as text."""
    return _ITEM[feature.kind](form, feature)


def _items(
    forms: Sequence[str], feature: Feature, normalized: dict[tuple[bool, bool], list[str]]
) -> Iterable[str]:
    """`item_of` each form; what several features have in common is kept in `normalized` (empty at first)."""
    if feature.kind in ("caps", "shape"):
        return map(caps_class if feature.kind == "caps" else word_shape, forms)
    key = feature.lowercase, feature.fold_digits
    if key not in normalized:
        normalized[key] = [normalize_word(form, lowercase=key[0], fold_digits=key[1]) for form in forms]
    words, length = normalized[key], feature.length
    if feature.kind in ("word", "static"):
        return words
    return (
        [word[:length] for word in words] if feature.kind == "prefix" else [word[-length:] for word in words]
    )


def character_sequence(form: str, max_length: int) -> str:
    """`form` between its edge marks; of a form over `max_length` the first and last halves remain."""
    if len(form) > max_length:
        head = (max_length + 1) // 2
        form = form[:head] + form[len(form) - (max_length - head) :]
    return f"{WORD_START}{form}{WORD_END}"


class FormFeatures:
    """Turns forms into rows of lookup tables.

    `features` in the order in which their vectors are concatenated (characters, if any, come last);
    `vocabularies` holds one `Vocabulary` a lookup table, by its name ("characters" for the characters);
    `gazetteers` are the lists that features of kind "list" belong to, `memory` is what that of kind "memory" shows.
    """

    def __init__(
        self,
        features: Sequence[Feature],
        characters: CharacterFeature | None,
        vocabularies: Mapping[str, Vocabulary],
        gazetteers: Gazetteers | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.features = tuple(features)
        self.characters = characters
        self.vocabularies = dict(vocabularies)
        self.gazetteers = gazetteers
        self.memory = memory

    def with_vocabularies(self, vocabularies: Mapping[str, Vocabulary]) -> "FormFeatures":
        """The same features with these vocabularies in the place of their own, where they are given."""
        whole = {**self.vocabularies, **vocabularies}
        return FormFeatures(self.features, self.characters, whole, self.gazetteers, self.memory)

    @property
    def lists(self) -> int:
        """How many lists of names there are."""
        return len(self.gazetteers.phrases) if self.gazetteers else 0

    def mark(self, tokens: Sequence[str], classes: Sequence[str] = ()) -> Sequence[str]:
        """The forms of a sentence as `rows` takes them: marked where they stand in a phrase of a list.

        classes: what is remembered of each token, if anything is; it is in the marks then.
        """
        marked = tokens if self.gazetteers is None else self.gazetteers.mark(tokens)
        return with_memory(marked, classes, self.lists) if any(classes) else marked

    @property
    def width(self) -> int:
        """D, the width of one form's concatenated vectors."""
        return sum(f.dim for f in self.features) + (self.characters.filters if self.characters else 0)

    def rows(self, forms: Sequence[str]) -> NDArray[np.int64]:
        """Rows of the lookup tables. Shapes: result [len(forms), F]."""
        normalized: dict[tuple[bool, bool], list[str]] = {}
        marked, forms = forms, self._forms(forms)
        table = np.empty((len(self.features), len(forms)), np.int64)
        for column, feature in zip(table, self.features, strict=True):
            row = self.vocabularies[feature.name].rows.get
            items = (
                [item_of(text, feature) for text in marked]
                if feature.kind in ("list", "memory")
                else _items(forms, feature, normalized)
            )
            column[:] = [row(item, UNKNOWN) for item in items]
        return table.T

    def _forms(self, marked: Sequence[str]) -> Sequence[str]:
        """The forms without their marks."""
        if self.gazetteers is None and self.memory is None:
            return marked
        return [form_of(text) for text in marked]

    def character_rows(self, forms: Sequence[str]) -> NDArray[np.int64]:
        """Rows of the character table, edge marks included, padded with row 0 on the right.

        Shapes: result [len(forms), L], L the longest sequence here (0 columns without the feature).
        """
        if self.characters is None:
            return np.zeros((len(forms), 0), dtype=np.int64)
        vocabulary, limit = self.vocabularies["characters"], self.characters.max_length
        sequences = [character_sequence(form, limit) for form in self._forms(forms)]
        lengths = np.array([len(sequence) for sequence in sequences], np.int64)
        row = vocabulary.rows.get
        table = np.full((len(forms), lengths.max(initial=0)), PADDING, dtype=np.int64)
        filled = np.arange(table.shape[1]) < lengths[:, None]
        table[filled] = [row(c, UNKNOWN) for c in "".join(sequences)]
        return table

    def describe(self) -> dict[str, Any]:
        """The features as plain values, for the saved model; `from_description` reads them back."""
        names = Feature.__slots__
        return {
            "lookups": [{name: getattr(f, name) for name in names} for f in self.features],
            "characters": {name: getattr(self.characters, name) for name in CharacterFeature.__slots__}
            if self.characters
            else None,
            "lists": {"lowercase": self.gazetteers.lowercase} if self.gazetteers else None,
            "memory": {"task": self.memory.task, "types": list(self.memory.types)} if self.memory else None,
        }

    @classmethod
    def from_description(
        cls,
        description: Mapping[str, Any],
        vocabularies: Mapping[str, Vocabulary],
        phrases: Mapping[str, Sequence[str]] | None = None,
    ) -> "FormFeatures":
        """The features that `describe` wrote down; `phrases` of its lists."""
        characters, lists = description["characters"], description.get("lists")
        memory = description.get("memory")
        return cls(
            [Feature(**values) for values in description["lookups"]],
            CharacterFeature(**characters) if characters else None,
            vocabularies,
            Gazetteers(phrases or {}, lowercase=lists["lowercase"]) if lists else None,
            Memory(memory["task"], tuple(memory["types"])) if memory else None,
        )


def fit_features(
    features: Sequence[Feature],
    characters: CharacterFeature | None,
    counts: Counter[str],
    *,
    extra_words: Iterable[str] = (),
    static_words: Mapping[str, Iterable[str]] | None = None,
    gazetteers: Gazetteers | None = None,
    memory: Memory | None = None,
) -> FormFeatures:
    """Features whose vocabularies come from `counts` (training form -> tokens) alone.

    `extra_words` (words of a vector file, already normalised) get rows after the training words; `static_words`
    are those of each static table, which has no others.
    """
    vocabularies = {}
    for feature in features:
        if feature.kind in ("static", "list", "memory"):
            fixed = {"list": PLACES, "memory": memory.classes if memory else ()}
            given = fixed.get(feature.kind) or (static_words or {}).get(feature.source, ())
            vocabularies[feature.name] = Vocabulary(given)
            continue
        items: Counter[str] = Counter()
        for form, count in counts.items():
            items[item_of(form, feature)] += count
        vocabularies[feature.name] = Vocabulary.from_counts(items, min_count=feature.min_count)
        if feature.kind == "word":
            known = vocabularies["word"]
            vocabularies["word"] = Vocabulary([*known.items, *(w for w in extra_words if w not in known)])
    if characters:
        letters: Counter[str] = Counter()
        for form, count in counts.items():
            for letter in character_sequence(form, characters.max_length):
                letters[letter] += count
        vocabularies["characters"] = Vocabulary.from_counts(letters)
    return FormFeatures(features, characters, vocabularies, gazetteers, memory)
