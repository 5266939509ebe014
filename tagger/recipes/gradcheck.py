"""Settings or a model to a check of every gradient that its training computes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tagger.config import Settings
from tagger.errors import DataError, ModelError, SettingsError
from tagger.network.layers import single_layers
from tagger.network.window_network import WindowNetwork
from tagger.recipes.first_state import fit_forms, start
from tagger.recipes.given_features import read_given
from tagger.recipes.gold import known_forms
from tagger.recipes.lessons import build_plan, encode_corpora, task_weights
from tagger.recipes.memory import build_memory
from tagger.recipes.random_sentences import random_data
from tagger.recipes.training_data import LoadedCorpus, TrainingData, load_training_data
from tagger.saved import FORMS, SETTINGS, TaskDescription, read_model
from tagger.settings_file import load_settings
from tagger.text.features import FormFeatures
from tagger.text.sentences import Sentence
from tagger.training.batches import make_batch
from tagger.training.build import build_network, load_weights
from tagger.training.finite_differences import LIMIT, STEP
from tagger.training.gradient_check import Entry, GroupCheck, Objective, check_gradients, used_rows

SHORT = range(3, 16)
"""Words of the sentences that are taken first: long enough for a window, short enough for many forward passes."""


@dataclass(frozen=True, slots=True)
class GradientReport:
    """Every parameter of a network, its gradients held against central differences."""

    weights: str  # "fresh" or "trained"
    data: str  # "training data" or "random sentences"
    notes: tuple[str, ...]
    tasks: dict[str, str]  # task -> objective
    sentences: int
    words: int
    value: float  # J
    step: float
    limit: float
    groups: tuple[GroupCheck, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether no gradient is wrong."""
        return not any(group.wrong for group in self.groups)


@dataclass(frozen=True, slots=True)
class _Case:
    """A network and the few sentences that it is checked on."""

    network: WindowNetwork
    features: FormFeatures
    data: TrainingData
    settings: Settings
    origin: str  # of the data
    notes: tuple[str, ...] = ()


def check(
    subject: Settings | Path,
    *,
    sentences: int = 8,
    entries: int | None = 20,
    dropout: bool = True,
    step: float = STEP,
    limit: float = LIMIT,
    seed: int = 1,
    observe: Callable[[GroupCheck], None] = lambda group: None,
) -> GradientReport:
    """Check the gradients of the network that settings describe, with fresh weights, or of the model in a folder.

    Up to so many short `sentences` of each training corpus make one batch; of each parameter so many `entries` are
    checked, None: all. Without `dropout` nothing is dropped; with it the same is dropped every time.
    `observe` gets each parameter when it is done. Raises TaggerError for settings, data or a model that cannot be.
    """
    begun = time.perf_counter()
    draw = np.random.default_rng(seed)
    fresh = isinstance(subject, Settings)
    case = _fresh(subject, sentences) if isinstance(subject, Settings) else _trained(subject, sentences, draw)
    torch.set_num_threads(case.settings.training.threads)
    network = case.network.double()
    network.in_bfloat16 = False  # the differences are smaller than what 16 bits can tell
    if not dropout:
        network.input_dropout = network.dropout = 0.0
    corpora = encode_corpora(case.data, case.features)
    batches = [make_batch(corpus, np.arange(len(corpus.lengths)), network.window) for corpus in corpora]
    objective = Objective(
        network, batches, build_plan(case.settings, task_weights(case.settings, case.data)), seed=seed
    )
    rows = used_rows(network, batches)
    groups = []
    for group in check_gradients(objective, rows, entries=entries, draw=draw, step=step, limit=limit):
        observe(group)
        groups.append(group)
    return GradientReport(
        weights="fresh" if fresh else "trained",
        data=case.origin,
        notes=case.notes,
        tasks={task.name: task.objective for task in case.data.tasks},
        sentences=sum(len(corpus.lengths) for corpus in corpora),
        words=sum(corpus.words for corpus in corpora),
        value=objective.value(),
        step=step,
        limit=limit,
        groups=tuple(groups),
        seconds=time.perf_counter() - begun,
    )


def as_json(report: GradientReport) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "passed": report.passed,
        "weights": report.weights,
        "data": report.data,
        "sentences": report.sentences,
        "words": report.words,
        "tasks": report.tasks,
        "loss": _finite(report.value),
        "step": report.step,
        "limit": report.limit,
        "seconds": round(report.seconds, 2),
        "notes": list(report.notes),
        "parameters": {group.name: _group_as_json(group) for group in report.groups},
    }


def _group_as_json(group: GroupCheck) -> dict[str, Any]:
    verdict = "wrong" if group.wrong else "flat" if group.flat else "right"
    return {
        "checked": len(group.entries),
        "of": group.size,
        "largest_error": _finite(group.worst.slope.error) if group.worst else None,
        "kinks": group.kinks,
        "verdict": verdict,
        "wrong": [_entry_as_json(entry) for entry in group.wrong],
    }


def _entry_as_json(entry: Entry) -> dict[str, Any]:
    sides = {"left": entry.slope.sides[0], "right": entry.slope.sides[1]} if entry.slope.sides else {}
    return {
        "index": list(entry.index),
        "gradient": _finite(entry.gradient),
        "difference": _finite(entry.slope.difference),
        "error": _finite(entry.slope.error),
        **sides,
    }


def _finite(number: float) -> float | None:
    """The number, None where JSON has none for it."""
    return number if isfinite(number) else None


def _fresh(settings: Settings, sentences: int) -> _Case:
    """The network as training starts it, but for pretrained vectors: any rows will do."""
    settings = _on_cpu(settings)
    data = load_training_data(settings)
    given = read_given(settings.features, ())
    given = replace(given, memory=build_memory(settings.features.memory, data.tasks))
    features = fit_forms(settings, data, None, given=given)
    network = start(settings, data, features, None, given).network
    vectors, source = settings.features.word.vectors, settings.transfer.model
    notes = [f"random rows stand for the vectors of {vectors}"] if vectors else []
    notes += [f"random weights stand for the layers of {source}"] if source else []
    frozen = single_layers(name for name, p in network.named_parameters() if not p.requires_grad)
    notes += [f"frozen, not checked: {', '.join(frozen)}"] if frozen else []
    few = _few(data, sentences)
    return _Case(network, features, few, settings, "training data", tuple(notes))


def _trained(model: Path, sentences: int, draw: np.random.Generator) -> _Case:
    """A saved network, on its training data if they are still there, else on random sentences of their forms."""
    saved = read_model(model)
    settings = _on_cpu(load_settings(model / SETTINGS))
    if not saved.tasks:
        raise ModelError("expected a model with tasks, found none", where=str(model))
    network = build_network(
        saved.features,
        saved.network,
        saved.tasks,
        margins={name: task.margin for name, task in settings.tasks.items()},
        corruptions={name: task.corruptions for name, task in settings.tasks.items()},
        input_dropout=settings.network.input_dropout,
        dropout=settings.network.dropout,
    )
    load_weights(network, saved.weights)
    if not any(task.column for task in saved.tasks):
        words = saved.features.vocabularies["word"].items
        data = random_data(sorted(words), saved.tasks, sentences, draw)
        notes = ("random labels on random sentences of its words: the model was pretrained on raw text",)
        return _Case(network, saved.features, data, settings, "random sentences", notes)
    try:
        data = _few(_with_tasks(load_training_data(settings), saved.tasks), sentences)
        return _Case(network, saved.features, data, settings, "training data")
    except (DataError, SettingsError, OSError) as error:
        notes = (f"random tags on random sentences, for the training data are not to be had: {error}",)
    forms = known_forms(model)
    if not forms:
        raise ModelError(f"expected training data or {FORMS}, found neither", where=str(model))
    data = random_data(sorted(forms), saved.tasks, sentences, draw)
    return _Case(network, saved.features, data, settings, "random sentences", notes)


def _on_cpu(settings: Settings) -> Settings:
    return settings.model_copy(update={"training": settings.training.model_copy(update={"device": "cpu"})})


def _with_tasks(data: TrainingData, tasks: tuple[TaskDescription, ...]) -> TrainingData:
    """The data with the labels of a model. Raises SettingsError where it does not know all that they have."""
    now = {task.name: task for task in data.tasks}
    for task in tasks:
        other = now.get(task.name)
        if other is None or other.scheme != task.scheme or not set(other.labels) <= set(task.labels):
            raise SettingsError(f"tasks.{task.name}", "the labels of the model", "other ones")
    return replace(data, tasks=tasks)


def _few(data: TrainingData, sentences: int) -> TrainingData:
    """The first short sentences of each corpus, filled up with the shortest of the others."""
    return replace(data, corpora=[_few_of(corpus, sentences) for corpus in data.corpora])


def _few_of(corpus: LoadedCorpus, sentences: int) -> LoadedCorpus:
    def rank(sentence: Sentence) -> int:
        return 0 if len(sentence.tokens) in SHORT else len(sentence.tokens)

    return replace(corpus, train=sorted(corpus.train, key=rank)[:sentences], dev=[])
