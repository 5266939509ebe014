"""CoNLL-2003 and raw text as every peer is given them: sentences of tokens, entities in IOB2."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from peers.engines import NER, POS

from tagger.text.columns import read_columns
from tagger.text.schemes import IOB1, IOB2, convert
from tagger.text.tokenizer import split_sentences

COLUMNS = ("word", POS, "-", NER)


@dataclass(frozen=True)
class Data:
    """What every peer is trained on: files of CoNLL-2003; `sample`: only the first sentences of the training file."""

    train: Path
    dev: Path
    sample: int = 0


@dataclass(frozen=True)
class GoldSentence:
    """Tokens with their tags; entities in IOB2."""

    tokens: list[str]
    pos: list[str]
    ner: list[str]


def read_corpus(path: Path, sample: int = 0) -> list[GoldSentence]:
    """The sentences of a file of CoNLL-2003, or the first `sample` of them."""
    found = islice(read_columns(str(path), columns=COLUMNS), sample or None)
    return [GoldSentence(list(s.tokens), list(s.tags[POS]), convert(s.tags[NER], IOB1, IOB2)) for s in found]


def tokenized(text: str) -> Iterator[list[str]]:
    """The sentences of raw text, for peers that cannot read it themselves."""
    return (sentence.tokens for sentence in split_sentences(text))
