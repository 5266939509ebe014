"""NLTK's averaged perceptron: parts of speech."""

import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from nltk.tag.perceptron import PerceptronTagger
from peers.corpus import Data, read_corpus, tokenized

ITERATIONS = 10
SCHEME = "none"
MODEL = "model.json"


def train(data: Data, folder: Path) -> None:
    """Train and save; NLTK shuffles with the module `random`."""
    random.seed(1)
    tagger = PerceptronTagger(load=False)
    sentences = [list(zip(s.tokens, s.pos, strict=True)) for s in read_corpus(data.train, data.sample)]
    tagger.train(sentences, nr_iter=ITERATIONS)
    weights, known, classes = tagger.model.weights, tagger.tagdict, sorted(tagger.classes)
    (folder / MODEL).write_text(json.dumps([weights, known, classes]), encoding="utf-8")


class Peer:
    """A trained perceptron."""

    def __init__(self, folder: Path) -> None:
        self._tagger = PerceptronTagger(load=False)
        self._tagger.decode_json_params(json.loads((folder / MODEL).read_text(encoding="utf-8")))

    def tag_sentences(self, sentences: Iterable[list[str]]) -> Iterator[tuple[list[str], ...]]:
        """The tags of each sentence."""
        tag = self._tagger.tag
        return (([label for _, label in tag(tokens)],) for tokens in sentences)

    def tag_text(self, text: str) -> Iterator[tuple[list[str], ...]]:
        """The tokens and tags of each sentence of raw text."""
        for tokens in tokenized(text):
            yield tokens, [label for _, label in self._tagger.tag(tokens)]
