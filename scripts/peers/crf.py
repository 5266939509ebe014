"""CRFsuite: entities, from the usual features of a word and of its neighbours."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pycrfsuite
from peers.corpus import Data, read_corpus, tokenized

OPTIONS = {"c1": 0.05, "c2": 0.05, "max_iterations": 200, "feature.possible_transitions": True}
# the best of four pairs of penalties on the development data
MODEL = "model.crfsuite"
FIRST, LAST = ["first"], ["last"]


class FormFeatures(NamedTuple):
    """What is known of a form alone: as the word to tag, as the word before it, as the word behind it."""

    own: list[str]
    before: list[str]
    behind: list[str]


@cache
def form_features(form: str) -> FormFeatures:
    """Word, lower case, suffixes, shape, capitals, digits; of a neighbour lower case, shape, capitals."""
    outer = [f"lower={form.lower()}", f"shape={shape(form)}"]
    if form.istitle():
        outer.append("title")
    if form.isupper():
        outer.append("upper")
    own = ["bias", f"word={form}", f"suffix2={form[-2:]}", f"suffix3={form[-3:]}", *outer]
    if form.isdigit():
        own.append("digits")
    return FormFeatures(own, [f"-1:{feature}" for feature in outer], [f"+1:{feature}" for feature in outer])


def shape(form: str) -> str:
    """The form with A for capitals, a for other letters, 0 for digits; of a run of the same the first: `Aa-0`."""
    kinds = ["A" if c.isupper() else "a" if c.isalpha() else "0" if c.isdigit() else c for c in form]
    return "".join(kind for at, kind in enumerate(kinds) if not at or kinds[at - 1] != kind)


def sentence_features(tokens: Sequence[str]) -> list[list[str]]:
    """The features of each token."""
    forms = list(map(form_features, tokens))
    before = [FIRST, *(form.before for form in forms[:-1])]
    behind = [*(form.behind for form in forms[1:]), LAST]
    return [form.own + left + right for form, left, right in zip(forms, before, behind, strict=True)]


def train(data: Data, folder: Path) -> None:
    """Train and save."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=OPTIONS, verbose=False)
    for sentence in read_corpus(data.train, data.sample):
        trainer.append(sentence_features(sentence.tokens), sentence.ner)
    trainer.train(str(folder / MODEL))


class Peer:
    """A trained random field."""

    def __init__(self, folder: Path) -> None:
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open(str(folder / MODEL))

    def tag_sentences(self, sentences: Iterable[list[str]]) -> Iterator[tuple[list[str], ...]]:
        """The tags of each sentence."""
        tag = self._tagger.tag
        return ((tag(sentence_features(tokens)),) for tokens in sentences)

    def tag_text(self, text: str) -> Iterator[tuple[list[str], ...]]:
        """The tokens and tags of each sentence of raw text."""
        for tokens in tokenized(text):
            yield tokens, self._tagger.tag(sentence_features(tokens))
