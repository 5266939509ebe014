"""Settings and vocabularies to a network with its first weights: the only place where sizes are read off words."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from tagger.config import FeatureSettings, NetworkSettings
from tagger.errors import ModelError
from tagger.network.heads import Head
from tagger.network.lookup import CharacterConvolution, Lookup
from tagger.network.window_network import WindowNetwork
from tagger.saved import NetworkDescription, TaskDescription
from tagger.text.features import CharacterFeature, Feature, FormFeatures
from tagger.text.schemes import allowed_transitions
from tagger.weights_file import Weights


def build_features(
    settings: FeatureSettings, lists: Sequence[str] = (), *, memory: bool = False
) -> tuple[list[Feature], CharacterFeature | None]:
    """The features that the settings switch on, in the order in which their vectors are concatenated.

    `lists` names the lists of names, in the order in which marks have them; `memory`: whether there is one.
    """
    word, caps, shape, letters = settings.word, settings.caps, settings.shape, settings.characters
    features = [
        Feature(
            "word",
            word.dim,
            0,
            lowercase=word.lowercase,
            fold_digits=word.fold_digits,
            min_count=word.min_count,
        )
    ]
    features += [
        Feature("static", table.dim, lowercase=table.lowercase, fold_digits=table.fold_digits, source=name)
        for name, table in settings.static.items()
    ]
    if caps.dim:
        features.append(Feature("caps", caps.dim))
    for kind, affix in (("prefix", settings.prefix), ("suffix", settings.suffix)):
        features += [
            Feature(kind, affix.dim, length, lowercase=affix.lowercase, min_count=affix.min_count)  # type: ignore[arg-type]
            for length in affix.lengths
        ]
    if shape.dim:
        features.append(Feature("shape", shape.dim, min_count=shape.min_count))
    features += [
        Feature("list", settings.gazetteers.dim, source=name, place=place) for place, name in enumerate(lists)
    ]
    if memory:
        features.append(Feature("memory", settings.memory.dim, place=len(lists)))
    if not letters.filters:
        return features, None
    return features, CharacterFeature(letters.dim, letters.filters, letters.width, letters.max_length)


def build_network(
    features: FormFeatures,
    description: NetworkDescription,
    tasks: tuple[TaskDescription, ...],
    *,
    margins: Mapping[str, float] | None = None,
    corruptions: Mapping[str, int] | None = None,
    input_dropout: float = 0.0,
    dropout: float = 0.0,
) -> WindowNetwork:
    """A network of these sizes, its weights not yet set.

    `margins`: task -> the lead that the objectives tags-margin and margin ask for, `corruptions`: task -> corrupted
    windows that margin draws for each true one; 1 where not given.
    """
    letters = features.characters
    characters = None
    if letters:
        rows = len(features.vocabularies["characters"])
        characters = CharacterConvolution(rows, letters.dim, filters=letters.filters, width=letters.width)
    tables = {f.name: (len(features.vocabularies[f.name]), f.dim) for f in features.features}
    return WindowNetwork(
        Lookup(tables, characters),
        {
            task.name: build_head(
                description.hidden[-1],
                task,
                margin=(margins or {}).get(task.name, 1.0),
                corruptions=(corruptions or {}).get(task.name, 1),
            )
            for task in tasks
        },
        window=description.window,
        hidden=description.hidden,
        activation=description.activation,
        leak=description.leak,
        pieces=description.pieces,
        batch_norm=description.batch_norm,
        input_dropout=input_dropout,
        dropout=dropout,
    )


def build_head(units: int, task: TaskDescription, *, margin: float = 1.0, corruptions: int = 1) -> Head:
    """The head of `task`, told its objective and which tags its scheme lets follow one another."""
    head = Head(
        units, len(task.labels), sentence_level=task.objective == "sentence", fixed_bias=task.is_scorer
    )
    head.objective, head.margin, head.corruptions = task.objective, margin, corruptions
    head.allow(
        *(
            torch.from_numpy(np.asarray(part, dtype=bool))
            for part in allowed_transitions(task.labels, task.scheme)
        )
    )
    return head


def describe_network(settings: NetworkSettings) -> NetworkDescription:
    """The sizes that a saved model records."""
    return NetworkDescription(
        settings.window,
        settings.hidden,
        settings.activation,
        leak=settings.leak,
        pieces=settings.pieces,
        batch_norm=settings.batch_norm,
    )


def weights_of(network: WindowNetwork) -> Weights:
    """The network's parameters and running statistics as float32 arrays of their own, under their saved names."""
    return {
        name: value.detach().cpu().numpy().astype(np.float32) for name, value in network.state_dict().items()
    }


def load_weights(network: WindowNetwork, weights: dict[str, NDArray[np.float32]]) -> None:
    """Put saved arrays into `network`. Raises ModelError naming what is missing, unknown or of another shape."""
    own = network.state_dict()
    for name in own.keys() | weights.keys():
        expected = tuple(own[name].shape) if name in own else "no such parameter"
        found = weights[name].shape if name in weights else "none"
        if expected != found:
            raise ModelError(
                f"expected {expected}, found {found}", where=name, hint="The weights are another network's."
            )
    network.load_state_dict(
        {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in weights.items()}
    )
