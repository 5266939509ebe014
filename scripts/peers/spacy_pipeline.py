"""spaCy's CPU-efficient pipeline: parts of speech and entities, its products left to NumPy, which is faster."""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import spacy
from peers.corpus import Data, GoldSentence, read_corpus
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from thinc.api import NumpyOps, set_current_ops

MODEL = "model"
BATCH = 128  # texts at a time: 32 to 256 are alike, 1,000 is slower


def train(data: Data, folder: Path) -> None:
    """Train with the configuration that spaCy writes for a fast pipeline on a CPU, and save the best step."""
    from spacy.cli.init_config import init_config
    from spacy.training.initialize import init_nlp
    from spacy.training.loop import train as train_pipeline

    set_current_ops(NumpyOps(use_blis=False))
    config = init_config(lang="en", pipeline=["tagger", "ner"], optimize="efficiency")
    vocabulary = spacy.blank("en").vocab
    with tempfile.TemporaryDirectory() as work:
        for name, path, sample in (("train", data.train, data.sample), ("dev", data.dev, 0)):
            file = Path(work) / f"{name}.spacy"
            DocBin(docs=(document(s, vocabulary) for s in read_corpus(path, sample))).to_disk(file)
            config["paths"][name] = str(file)
        train_pipeline(init_nlp(config), Path(work), stdout=sys.stderr, stderr=sys.stderr)
        shutil.copytree(Path(work) / "model-best", folder / MODEL)


def document(sentence: GoldSentence, vocabulary: Vocab) -> Doc:
    """A sentence as spaCy's training data."""
    return Doc(vocabulary, words=sentence.tokens, tags=sentence.pos, ents=sentence.ner)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of raw text, each in one line: spaCy would make tokens of its line breaks."""
    return (" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip())


class Peer:
    """A trained pipeline."""

    def __init__(self, folder: Path, *, use_blis: bool = False) -> None:
        set_current_ops(NumpyOps(use_blis=use_blis))
        self._pipeline = spacy.load(folder / MODEL)

    def tag_sentences(self, sentences: Iterable[list[str]]) -> Iterator[tuple[list[str], ...]]:
        """The tags of each sentence."""
        vocabulary = self._pipeline.vocab
        documents = (Doc(vocabulary, words=tokens) for tokens in sentences)
        return (columns(found)[1:] for found in self._pipeline.pipe(documents, batch_size=BATCH))

    def tag_text(self, text: str) -> Iterator[tuple[list[str], ...]]:
        """The tokens and tags of each paragraph of raw text."""
        return map(columns, self._pipeline.pipe(paragraphs(text), batch_size=BATCH))


def columns(found: Doc) -> tuple[list[str], ...]:
    """Tokens, parts of speech, and entities in IOB2."""
    entities = [f"{t.ent_iob_}-{t.ent_type_}" if t.ent_type else "O" for t in found]
    return [t.text for t in found], [t.tag_ for t in found], entities
