"""A network with a large vocabulary to one that holds the words of its data alone, and back when it is saved.

A model that starts from pretrained vectors has rows for many words that neither its data nor the misspellings that
augmentation makes of them ever show. They get no gradient and stay as they are, but optimizer, moving average and
checkpoint would go over them in every step. So they are put aside while the network learns; the result is the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tagger.config import Settings
from tagger.network.window_network import WindowNetwork
from tagger.recipes.training_data import TrainingData
from tagger.text.features import FormFeatures, item_of
from tagger.text.vocabulary import RESERVED, Vocabulary
from tagger.training.augmentation import CASES
from tagger.training.variants import all_typos
from tagger.weights_file import Weights

TABLE = "lookup.word.weight"
WORTH_IT = 2
"""Rows are put aside where the table has at least so many times the rows in use."""


@dataclass(frozen=True, slots=True, eq=False)
class RowsInUse:
    """The rows of the word table that the data use, and the whole table as it was before training."""

    rows: NDArray[np.int64]  # [R], ascending, reserved rows among them
    table: NDArray[np.float32]  # [V, D]

    def whole(self, weights: Weights) -> Weights:
        """`weights` of the smaller network with every row in its place again."""
        table = self.table.copy()
        table[self.rows] = weights[TABLE]
        return {**weights, TABLE: table}


def put_aside(
    settings: Settings, data: Sequence[TrainingData], network: WindowNetwork, features: FormFeatures
) -> tuple[FormFeatures, RowsInUse | None]:
    """The features of `network` once the rows that `data` never use are put aside; None where none are.

    Nothing is put aside where augmentation could write words in a case in which the data do not have them.
    """
    cases = any(getattr(settings.augmentation, name) for name in CASES)
    if cases and not settings.features.word.lowercase:
        return features, None
    corpora = [corpus for part in data for corpus in part.corpora]
    sentences = (s for corpus in corpora for split in (corpus.train, corpus.dev) for s in split)
    forms = {form for sentence in sentences for form in sentence.tokens}
    if settings.augmentation.typo_rate:
        tokens = Counter(form for corpus in corpora for s in corpus.train for form in s.tokens)
        forms |= all_typos(tokens, settings.training.seed)
    rows = rows_in_use(features, forms)
    if rows is None:
        return features, None
    return reduce_features(features, rows), reduce_network(network, rows)


def rows_in_use(features: FormFeatures, forms: Iterable[str]) -> NDArray[np.int64] | None:
    """The rows of the word table that `forms` and reserved items use, ascending; None where it is not worth it."""
    word = next(feature for feature in features.features if feature.name == "word")
    known = features.vocabularies["word"]
    used = {known.row(item_of(form, word)) for form in forms} | set(range(RESERVED))
    if len(used) * WORTH_IT > len(known):
        return None
    return np.array(sorted(used), dtype=np.int64)


def reduce_features(features: FormFeatures, rows: NDArray[np.int64]) -> FormFeatures:
    """`features` whose word vocabulary has those rows alone."""
    items = features.vocabularies["word"].items
    kept = Vocabulary([items[row - RESERVED] for row in rows.tolist() if row >= RESERVED])
    return features.with_vocabularies({"word": kept})


def reduce_network(network: WindowNetwork, rows: NDArray[np.int64]) -> RowsInUse:
    """Leave `network` those rows of its word table; what it had before, for `RowsInUse.whole`."""
    table = network.get_parameter(TABLE).detach()
    small = nn.Embedding(len(rows), table.shape[1])
    with torch.no_grad():
        small.weight.copy_(table[torch.from_numpy(rows)])
    network.lookup.add_module("word", small)
    return RowsInUse(rows, table.numpy())
