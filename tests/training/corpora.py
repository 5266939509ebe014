"""A tiny corpus as numbers, and a state of training on it, for the tests of this room."""

import numpy as np
import torch

from tagger.config import OptimizerSettings, ScheduleSettings
from tagger.network.window_network import initialise
from tagger.saved import NetworkDescription, TaskDescription
from tagger.text.features import CharacterFeature, Feature, FormFeatures, fit_features
from tagger.text.vocabulary import count_forms
from tagger.training.averaging import MovingAverage
from tagger.training.batches import EncodedCorpus, encode
from tagger.training.build import build_network
from tagger.training.loop import Plan, TrainingState
from tagger.training.optimizers import build_optimizer

SENTENCES = [
    "Ada Lovelace lives in Paris .".split(),
    "The train to Oslo is late .".split(),
    "Maria reads .".split(),
    "She saw Ada in New York on Monday .".split(),
    "No .".split(),
]
POS = [
    "N N V P N .".split(),
    "D N P N V A .".split(),
    "N V .".split(),
    "R V N P N N P N .".split(),
    "I .".split(),
]
NER = [
    "B-PER E-PER O O S-LOC O".split(),
    "O O O S-LOC O O O".split(),
    "S-PER O O".split(),
    "O O S-PER O B-LOC E-LOC O O O".split(),
    "O O".split(),
]
TASKS = (
    TaskDescription("pos", "pos", "none", "word", tuple(sorted({t for s in POS for t in s}))),
    TaskDescription("ner", "ner", "IOBES", "sentence", tuple(sorted({t for s in NER for t in s}))),
)
SIZES = NetworkDescription(window=3, hidden=(16,), activation="hard_tanh")


def features() -> FormFeatures:
    lookups = [Feature("word", 8), Feature("caps", 2), Feature("suffix", 3, length=2)]
    return fit_features(lookups, CharacterFeature(4, 5), count_forms(SENTENCES))


def encoded(*tasks: str) -> EncodedCorpus:
    tags = {"pos": POS, "ner": NER}
    rows = {t.name: {label: row for row, label in enumerate(t.labels)} for t in TASKS}
    return encode(SENTENCES, features(), {task: tags[task] for task in tasks}, rows)


def state(
    *,
    optimizer: str = "adam",
    averaging: float = 0.0,
    dropout: float = 0.2,
    sparse_rows: int = 0,
    fan_in_scaling: bool = False,
    sizes: NetworkDescription = SIZES,
) -> TrainingState:
    network = build_network(features(), sizes, TASKS, input_dropout=dropout, dropout=dropout)
    initialise(network, "glorot", torch.Generator().manual_seed(3))
    settings = OptimizerSettings.model_validate(
        {"name": optimizer, "rate": 0.01, "sparse_rows": sparse_rows, "fan_in_scaling": fan_in_scaling}
    )
    return TrainingState(
        network=network,
        optimizer=build_optimizer(network, settings),
        average=MovingAverage(network, averaging) if averaging else None,
        generator=torch.Generator().manual_seed(4),
        shuffle=np.random.default_rng(5),
    )


def plan(**changes: object) -> Plan:
    values: dict[str, object] = {
        "epochs": 3,
        "batch_words": 8,
        "patience": 0,
        "rate": 0.01,
        "clip": 0.0,
        "unknown_rate": 0.0,
        "schedule": ScheduleSettings(),
        "weights": {"pos": 1.0, "ner": 1.0},
    }
    return Plan(**{**values, **changes})  # type: ignore[arg-type]
