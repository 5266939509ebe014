"""CRFsuite: entities, from the usual features of a word and of its neighbours."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from peers.corpus import Data, read_corpus, tokenized

from tagger.recipes.crf_baseline import OPTIONS, open_field, train_field

ITERATIONS = 200
MODEL = "model.crfsuite"


def train(data: Data, folder: Path) -> None:
    """Train and save."""
    corpus = read_corpus(data.train, data.sample)
    options = {**OPTIONS, "max_iterations": ITERATIONS}
    train_field((s.tokens for s in corpus), (s.ner for s in corpus), folder / MODEL, options=options)


class Peer:
    """A trained random field."""

    def __init__(self, folder: Path) -> None:
        self._tag = open_field(folder / MODEL)

    def tag_sentences(self, sentences: Iterable[list[str]]) -> Iterator[tuple[list[str], ...]]:
        """The tags of each sentence."""
        return ((self._tag(tokens),) for tokens in sentences)

    def tag_text(self, text: str) -> Iterator[tuple[list[str], ...]]:
        """The tokens and tags of each sentence of raw text."""
        for tokens in tokenized(text):
            yield tokens, self._tag(tokens)
