"""Layers of another model to those of a network, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tagger.config import Settings
from tagger.errors import SettingsError
from tagger.network.layers import group_of
from tagger.network.transfer import (
    FirstLayer,
    RowPairs,
    copy_first_layer,
    copy_head,
    copy_hidden_layer,
    copy_lookup,
)
from tagger.network.window_network import WindowNetwork
from tagger.recipes.transfer_sizes import check_sizes, chosen_layers
from tagger.recipes.word_matching import (
    covered_tokens,
    match_items,
    match_labels,
    match_words,
    word_feature,
)
from tagger.recipes.word_vectors import row_spread
from tagger.records import LayerTransfer, TransferReport
from tagger.saved import SavedModel, read_model
from tagger.text.features import FormFeatures, item_of
from tagger.text.vocabulary import RESERVED

LABELS_SHOWN = 12
"""Labels that a note names where two heads have other ones beside them."""

ANY = "(any)"
"""The label of a scorer whose true windows have any."""


def read_source(settings: Settings) -> SavedModel | None:
    """The model that the settings take layers from; None where they name none.

    Raises SettingsError where the word table would come from two places.
    """
    chosen, vectors = settings.transfer, settings.features.word.vectors
    if not chosen.model:
        return None
    if vectors and takes_words(chosen.layers):
        raise SettingsError(
            "features.word.vectors",
            "no file beside the word table of transfer.model",
            repr(vectors),
            'Leave one of them out; transfer.layers = ["trunk"] takes no tables.',
        )
    return read_model(Path(chosen.model))


def takes_words(layers: Sequence[str]) -> bool:
    """Whether the word table is one of the `layers` named."""
    return "lookup" in layers or "lookup.word" in layers


def transfer_layers(
    network: WindowNetwork,
    target: SavedModel,
    source: SavedModel,
    *,
    layers: Sequence[str],
    counts: Mapping[str, int],
    name: str,
) -> TransferReport:
    """Copy `layers` of `source`, which is called `name`, into `network`, in place; nothing else of it changes.

    `target` describes the network; its weights are not looked at. `counts`: form -> tokens of the new training data.
    Call it before the moving average of the weights is made. Vectors go in as they are where the first hidden layer
    comes along, for it has learnt to read them; else each table is scaled by one factor to the spread of random rows.
    A preprocessing of vectors (`features.word.preprocessing`) that the source went through is in its rows already.
    Raises SettingsError for layers that one of the two has not and for sizes that do not fit.
    """
    own = [parameter for parameter, _ in network.named_parameters()]
    chosen = chosen_layers(layers, own, list(source.weights), name)
    note = check_sizes(chosen, target, source)
    words, matched = match_words(target.features, source.features)
    transfer = _Transfer(network, target, source, counts, words, scaled="trunk.0" not in chosen)
    done = [transfer.copy(layer) for layer in chosen]
    items = target.features.vocabularies["word"].items
    found = [items[row - RESERVED] for row in words.target.tolist() if row >= RESERVED]
    there = source.features.vocabularies["word"].items
    return TransferReport(
        source=name,
        layers=tuple(replace(d, note="; ".join(filter(None, (d.note, note.get(d.layer, ""))))) for d in done),
        matched=matched if "lookup.word" in chosen else {},
        tokens=sum(counts.values()),
        covered_before=covered_tokens(counts, word_feature(source.features), there),
        covered_after=covered_tokens(counts, word_feature(target.features), found)
        if "lookup.word" in chosen
        else 0,
    )


@dataclass(frozen=True, slots=True)
class _Transfer:
    """One network, the model that it takes layers from, and the words that they share."""

    network: WindowNetwork
    target: SavedModel
    source: SavedModel
    counts: Mapping[str, int]  # form -> tokens
    words: RowPairs
    scaled: bool  # tables go in scaled

    def copy(self, layer: str) -> LayerTransfer:
        return {"lookup": self._table, "trunk": self._hidden, "heads": self._head}[group_of(layer)](layer)

    def _table(self, layer: str) -> LayerTransfer:
        name = layer.partition(".")[2]
        own, other = self.target.features, self.source.features
        rows = self.words if name == "word" else match_items(own.vocabularies[name], other.vocabularies[name])
        if not self.scaled or name == "characters":  # the characters' filters have learnt to read their table
            return copy_lookup(self.network, layer, self.source.weights, rows)
        table = self.source.weights[f"{layer}.weight"]
        factor = scale_of(table, rows, trained_rows(own, name, self.counts))
        moved = copy_lookup(self.network, layer, self.source.weights, rows, factor=factor)
        return replace(moved, note=f"times {factor:.3g}: the spread of random rows")

    def _hidden(self, layer: str) -> LayerTransfer:
        number = int(layer.partition(".")[2])
        if number:
            return copy_hidden_layer(self.network, number, self.source.weights)
        own, other = first_layer(self.target), first_layer(self.source)
        return copy_first_layer(self.network, self.source.weights, own, other)

    def _head(self, layer: str) -> LayerTransfer:
        task = layer.partition(".")[2]
        own, other = (next(t for t in m.tasks if t.name == task) for m in (self.target, self.source))
        rows = match_labels(own.labels, other.labels)
        moved = copy_head(self.network, task, self.source.weights, rows)
        if not (moved.new or moved.dropped):
            return moved
        return replace(moved, note="; ".join(filter(None, (_common(own.labels, other.labels), moved.note))))


def _common(own: Sequence[str], other: Sequence[str]) -> str:
    """The labels that two heads share, in words."""
    shared = [label or ANY for label in own if label in set(other)]
    more = f" and {len(shared) - LABELS_SHOWN} more" if len(shared) > LABELS_SHOWN else ""
    return f"labels in common: {', '.join(shared[:LABELS_SHOWN]) or 'none'}{more}"


def scale_of(table: NDArray[np.float32], rows: RowPairs, trained: set[int]) -> float:
    """The factor that gives the rows of `table` which are taken the spread of random rows.

    The spread is the standard deviation of all numbers of those rows whose target is in `trained`, each once; of all
    rows taken where it is of none.
    """
    places = [s for t, s in zip(rows.target.tolist(), rows.source.tolist(), strict=True) if t in trained]
    spread = float(table[places or rows.source].astype(np.float64).std())
    return row_spread(table.shape[1]) / max(spread, 1e-12)


def trained_rows(features: FormFeatures, name: str, counts: Mapping[str, int]) -> set[int]:
    """The rows of the table `name` that the training data use, those of padding and of unknown items left out."""
    feature = next(f for f in features.features if f.name == name)
    rows = features.vocabularies[name].rows
    return {rows[item] for form in counts if (item := item_of(form, feature)) in rows}


def first_layer(model: SavedModel) -> FirstLayer:
    """What the columns of the model's first hidden layer stand for."""
    blocks = {feature.name: feature.dim for feature in model.features.features}
    if model.features.characters:
        blocks["characters"] = model.features.characters.filters
    return FirstLayer(model.network.window, blocks)
