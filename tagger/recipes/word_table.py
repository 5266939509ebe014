"""A model folder to its word table; the table to a file of word vectors."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from tagger.embeddings.vectors import WordVectors, write_vectors
from tagger.errors import ModelError
from tagger.inference.first_layer import weight
from tagger.saved import read_model
from tagger.text.features import Feature, item_of
from tagger.text.vocabulary import RESERVED, Vocabulary
from tagger.whole_files import check_new_file, written_file


@dataclass(frozen=True, slots=True, eq=False)
class WordTable:
    """The words that a model knows and their vectors. Shapes: vectors [V, D], the reserved rows first."""

    vocabulary: Vocabulary
    vectors: NDArray[np.float32]
    feature: Feature

    def item(self, word: str) -> str:
        """`word` as the table spells it: in lower case and with digits as 0, if the model folds them."""
        return item_of(word, self.feature)


@dataclass(frozen=True, slots=True)
class Export:
    """What was written of a word table."""

    words: int
    dim: int  # numbers of a vector
    left_out: tuple[str, ...]  # words that the format cannot hold


def read_word_table(folder: Path) -> WordTable:
    """The word table of the model in `folder`. Raises ModelError where it has none or is damaged."""
    model = read_model(folder)
    feature = next((feature for feature in model.features.features if feature.kind == "word"), None)
    if feature is None:
        raise ModelError("expected a model with a word table, found one without", where=str(folder))
    vocabulary = model.features.vocabularies[feature.name]
    try:
        vectors = weight(model, f"lookup.{feature.name}.weight", len(vocabulary), feature.dim)
    except ModelError as error:
        raise ModelError(error.problem, where=str(folder), hint=error.hint) from error
    return WordTable(vocabulary, vectors, feature)


def export_vectors(folder: Path, output: Path | BinaryIO, *, force: bool = False) -> Export:
    """Write the word table of the model in `folder` as word2vec text, in row order: the most frequent word first.

    output: a path, packed by its suffix (.gz, .bz2, .xz), written whole or not at all and replaced with `force` only;
        or an open file.
    """
    if isinstance(output, Path):
        check_new_file(output, force=force)
    table = read_word_table(folder)
    vectors = WordVectors(table.vocabulary.items, table.vectors[RESERVED:])
    if isinstance(output, Path):
        with written_file(output) as file:
            left_out = write_vectors(file, vectors, suffix=output.suffix)
    else:
        left_out = write_vectors(output, vectors)
    return Export(len(vectors.words) - len(left_out), table.feature.dim, tuple(left_out))
