"""Training data to what their documents remember: each part tagged by a network that learnt from the other parts.

What a network makes of sentences that it has learnt from is nearly always right; a network that saw such a memory while
it learnt would trust it too much. So the training documents are dealt into folds, and a network with the same settings,
but without memory, learns from the other folds and tags each.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagger.config import MemorySettings, Settings
from tagger.errors import ModelError, SettingsError
from tagger.recipes.first_state import begin, first_network, fit_forms, take_layers
from tagger.recipes.given_features import GivenFeatures
from tagger.recipes.rows_in_use import put_aside
from tagger.recipes.training_data import TrainingData
from tagger.recipes.word_vectors import PretrainedVectors
from tagger.records import Evaluation
from tagger.saved import MEMORY, SavedModel, TaskDescription
from tagger.text.features import FormFeatures
from tagger.text.folds import deal_folds
from tagger.text.memory import NOTHING, Memory, document_runs, remember_documents, types_of
from tagger.text.schemes import NONE
from tagger.training.batches import Corpora, encode
from tagger.training.build import describe_network
from tagger.training.engines import ALONE, Engine
from tagger.training.loop import Plan, TrainingState, train_epochs
from tagger.training.prediction import predict

Note = Callable[[str], None]
Classes = list[list[str]]
"""What is remembered of every token of some sentences."""


Prepare = Callable[[Settings, TrainingData, FormFeatures], tuple[Corpora, Plan]]
"""What a network learns from, and how."""


class Beginning(NamedTuple):
    """What a network begins with beside the training data."""

    vectors: PretrainedVectors | None
    source: SavedModel | None
    given: GivenFeatures


def build_memory(settings: MemorySettings, tasks: Sequence[TaskDescription]) -> Memory | None:
    """What the settings say is to be remembered. Raises SettingsError for a task that there is not."""
    if not settings.task:
        return None
    spans = {task.name: task for task in tasks if task.scheme != NONE and not task.is_scorer}
    if settings.task not in spans:
        known = ", ".join(spans) or "none here"
        raise SettingsError("features.memory.task", f"a task of spans ({known})", repr(settings.task))
    return Memory(settings.task, types_of(spans[settings.task].labels))


def remember_training(
    settings: Settings,
    data: TrainingData,
    beginning: Beginning,
    prepare: Prepare,
    note: Note = lambda text: None,
    engine: Engine = ALONE,
) -> list[Classes]:
    """What is remembered of the training sentences of each corpus, from networks that did not learn from them.

    Several processes train each network together; the first one tags.
    """
    task, folds, seed = settings.features.memory.task, settings.features.memory.folds, settings.training.seed
    first = settings.model_copy(
        update={"features": settings.features.model_copy(update={"memory": MemorySettings()})}
    )
    beginning = beginning._replace(given=replace(beginning.given, memory=None))
    dealt = [deal_folds(corpus.train, folds, seed=seed) for corpus in data.corpora]
    tags: list[list[list[str]]] = [[[] for _ in corpus.train] for corpus in data.corpora]
    for fold in range(folds):
        begun = time.perf_counter()
        held_out = [[n for n, own in enumerate(fold_of) if own == fold] for fold_of in dealt]
        others = [
            replace(
                corpus, train=[s for s, own in zip(corpus.train, fold_of, strict=True) if own != fold], dev=[]
            )
            for corpus, fold_of in zip(data.corpora, dealt, strict=True)
        ]
        if not any(held_out) or not all(any(s.tokens for s in corpus.train) for corpus in others):
            continue
        state, features = _train(first, replace(data, corpora=others), beginning, prepare, engine)
        labels = next(own.labels for own in data.tasks if own.name == task)
        tagged = engine.from_first(partial(_tag, state, features, task, data, held_out))
        for numbers, rows, found in zip(held_out, tagged, tags, strict=True):
            for number, own in zip(numbers, rows, strict=True):
                found[number] = [labels[row] for row in own]
        note(
            f"memory: part {fold + 1} of {folds} of the training data tagged by a network that learnt from the others "
            f"({time.perf_counter() - begun:.0f} s)"
        )
    return [
        remember_documents([s.tokens for s in corpus.train], own, document_runs(corpus.train))
        for corpus, own in zip(data.corpora, tags, strict=True)
    ]


def _tag(
    state: TrainingState,
    features: FormFeatures,
    task: str,
    data: TrainingData,
    held_out: Sequence[Sequence[int]],
) -> list[list[list[int]]]:
    """The label numbers of the sentences `held_out` of each corpus."""
    with state.evaluated():
        return [
            predict(state.network, encode([corpus.train[n].tokens for n in numbers], features), (task,))[task]
            for corpus, numbers in zip(data.corpora, held_out, strict=True)
        ]


def _train(
    settings: Settings, data: TrainingData, beginning: Beginning, prepare: Prepare, engine: Engine
) -> tuple[TrainingState, FormFeatures]:
    """A network that has gone through all epochs; nothing is scored."""
    vectors, source, given = beginning
    features = fit_forms(settings, data, vectors, source, given)
    network = first_network(settings, data, features, vectors, given)
    model = SavedModel(describe_network(settings.network), data.tasks, features, {})
    take_layers(settings, network, model, source, data)
    features, _ = put_aside(settings, [data], network, features)
    state = begin(settings, network, engine)
    corpora, plan = prepare(settings, data, features)
    for _step in train_epochs(state, corpora, replace(plan, watched_steps=0, patience=0), Evaluation):
        pass
    return state, features


def dump_memory(memory: Sequence[Classes]) -> str:
    """The text of the file MEMORY: for each corpus [sentence, token, class] of the tokens that have one."""
    corpora = [
        [
            [number, place, own]
            for number, row in enumerate(classes)
            for place, own in enumerate(row)
            if own != NOTHING
        ]
        for classes in memory
    ]
    return json.dumps(corpora, separators=(",", ":")) + "\n"


def read_memory(folder: Path, data: TrainingData) -> list[Classes]:
    """What `dump_memory` wrote for the training sentences of `data`. Raises ModelError."""
    path = folder / MEMORY
    result = [[[NOTHING] * len(s.tokens) for s in corpus.train] for corpus in data.corpora]
    try:
        for classes, triples in zip(result, json.loads(path.read_text(encoding="utf-8")), strict=True):
            for number, place, own in triples:
                classes[number][place] = own
    except (OSError, ValueError, TypeError, IndexError) as error:
        hint = "Train again without --resume."
        raise ModelError(
            f"expected what the training data remember, found {error!r}", where=str(path), hint=hint
        ) from error
    return result


def document_numbers_of(data: TrainingData) -> list[NDArray[np.int64]]:
    """The number of the document of each training sentence of each corpus."""
    return [np.fromiter(document_runs(corpus.train), np.int64) for corpus in data.corpora]
