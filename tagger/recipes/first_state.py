"""Settings and data to the state in which a training begins: features, first weights, optimizer, what draws."""

from collections import Counter
from dataclasses import replace
from math import inf

import numpy as np
import torch

from tagger.config import Settings
from tagger.errors import SettingsError
from tagger.network.window_network import WindowNetwork, initialise
from tagger.recipes.given_features import NOTHING_GIVEN, GivenFeatures, put_static
from tagger.recipes.training_data import TrainingData
from tagger.recipes.transfer import (
    takes_words,
    transfer_layers,
)
from tagger.recipes.word_matching import with_items_of, words_to_add
from tagger.recipes.word_vectors import PretrainedVectors, put_vectors
from tagger.records import TransferReport
from tagger.saved import NetworkDescription, SavedModel
from tagger.text.features import FormFeatures, fit_features
from tagger.text.vocabulary import count_forms
from tagger.training.averaging import MovingAverage
from tagger.training.build import build_features, build_network, describe_network
from tagger.training.devices import choose_device
from tagger.training.engines import ALONE, Engine
from tagger.training.freezing import build_freezing
from tagger.training.loop import TrainingState
from tagger.training.optimizers import build_optimizer


def fit_forms(
    settings: Settings,
    data: TrainingData,
    vectors: PretrainedVectors | None,
    source: SavedModel | None = None,
    given: GivenFeatures = NOTHING_GIVEN,
) -> FormFeatures:
    """The features of forms, their vocabularies filled from the training sentences.

    The word table has rows for the words of the pretrained vectors too; every table that is taken from `source` has
    rows for what that knows. `given`: static vectors, lists of names, memory.
    """
    counts = count_training_forms(data)
    lists = given.gazetteers.names if given.gazetteers else ()
    lookups, characters = build_features(settings.features, lists, memory=given.memory is not None)
    words = vectors.vectors.words if vectors else []
    if source and takes_words(settings.transfer.layers):
        words = words_to_add(lookups[0], counts, source.features, settings.transfer.max_words)
    static = {name: table.words for name, table in given.static.items()}
    features = fit_features(
        lookups,
        characters,
        counts,
        extra_words=words,
        static_words=static,
        gazetteers=given.gazetteers,
        memory=given.memory,
    )
    return with_items_of(features, source.features, settings.transfer.layers) if source else features


def count_training_forms(data: TrainingData) -> Counter[str]:
    """How often each form occurs in the training sentences of all corpora."""
    return count_forms(s.tokens for corpus in data.corpora for s in corpus.train)


def take_layers(
    settings: Settings,
    network: WindowNetwork,
    model: SavedModel,
    source: SavedModel | None,
    data: TrainingData,
) -> TransferReport | None:
    """Copy into `network`, which `model` describes, what the settings take from `source`; None without one."""
    chosen = settings.transfer
    if source is None:
        return None
    report = transfer_layers(
        network,
        model,
        source,
        layers=chosen.layers,
        counts=count_training_forms(data),
        name=chosen.model,
    )
    return replace(report, frozen=chosen.freeze, thaw=chosen.thaw)


def start(
    settings: Settings,
    data: TrainingData,
    features: FormFeatures,
    vectors: PretrainedVectors | None,
    given: GivenFeatures = NOTHING_GIVEN,
) -> TrainingState:
    """A network with its first weights, and everything that draws or remembers."""
    return begin(settings, first_network(settings, data, features, vectors, given))


def first_network(
    settings: Settings,
    data: TrainingData,
    features: FormFeatures,
    vectors: PretrainedVectors | None,
    given: GivenFeatures = NOTHING_GIVEN,
) -> WindowNetwork:
    """A network with its first weights."""
    sizes = settings.network
    description: NetworkDescription = describe_network(sizes)
    network = build_network(
        features,
        description,
        data.tasks,
        margins={name: task.margin for name, task in settings.tasks.items()},
        corruptions={name: task.corruptions for name, task in settings.tasks.items()},
        input_dropout=sizes.input_dropout,
        dropout=sizes.dropout,
    )
    initialise(network, sizes.initialiser, torch.Generator().manual_seed(settings.training.seed))
    if vectors:
        put_vectors(network, features, vectors)
    for name, table in given.static.items():
        put_static(network, name, table)
    return network


def begin(settings: Settings, network: WindowNetwork, engine: Engine = ALONE) -> TrainingState:
    """The network, on its device and with what does not learn at first frozen, and everything that draws or remembers.

    Raises SettingsError for layers to freeze, thaw or slow down that the network has not.
    """
    training, freezing = (
        settings.training,
        build_freezing(settings.transfer, network.lookup.names),
    )
    device = choose_device(training.device, engine.place, engine.share.count)
    if engine.share.count > 1 and settings.network.batch_norm:
        expected = "false with several processes: its statistics are those of a whole batch"
        raise SettingsError("network.batch_norm", expected, "true", "Train it in one process.")
    network.to(device)
    network.in_bfloat16 = training.bfloat16
    freezing.check(network)
    freezing.apply(network, inf)  # what never learns has no place in the optimizer
    optimizer = build_optimizer(network, settings.optimizer, rates=settings.transfer.rates)
    freezing.apply(network, 0)
    return TrainingState(
        network=network,
        optimizer=optimizer,
        average=MovingAverage(network, training.averaging) if training.averaging else None,
        generator=torch.Generator(device).manual_seed(training.seed + 1),
        shuffle=np.random.default_rng(training.seed),
        engine=engine,
    )
