"""Gold sentences to what small networks make of them that learnt from the others: out-of-sample scores, calibrated."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from tagger.config import Settings, TaskSettings, TrainingSettings
from tagger.inference.decoding import Array, Decoder, Numbers, build_decoder
from tagger.inference.runtime import Runtime
from tagger.recipes.calibrate import fit
from tagger.recipes.first_state import begin, first_network, fit_forms, take_layers
from tagger.recipes.gold import Gold, GoldPart
from tagger.recipes.lessons import build_plan, encode_corpora, task_weights
from tagger.recipes.rows_in_use import put_aside
from tagger.recipes.training_data import LoadedCorpus, TrainingData, describe_task
from tagger.recipes.transfer import read_source
from tagger.recipes.transfer_settings import load_training_settings
from tagger.records import Evaluation
from tagger.saved import SavedModel, TaskDescription
from tagger.text.folds import deal_folds, learnt_from
from tagger.text.schemes import NONE
from tagger.text.sentences import Sentence
from tagger.training.build import describe_network, weights_of
from tagger.training.loop import train_epochs

WORDS = 1_000_000
"""A network learns from about so many words: some minutes for all folds, whatever the size of the data."""
FEWEST_EPOCHS, MOST_EPOCHS = 6, 15
STEPS = 50
"""Of an epoch, at least: batches of a small corpus are smaller, down to FEWEST_WORDS."""
FEWEST_WORDS = 100


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a network makes of the sentences of one fold."""

    numbers: list[int]  # of the sentences
    lengths: Numbers  # of the sentences, sum N
    scores: dict[str, Array]  # column -> [N, K]
    decoders: dict[str, Decoder]  # column -> labels, transitions and fitted temperature


def held_out_scores(
    sentences: Sequence[Sentence],
    schemes: Mapping[str, str],
    *,
    folds: int,
    seed: int,
    epochs: int | None = None,
    start: Path | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> Iterator[HeldOut]:
    """One fold after the other: a network with a head for each column of `schemes` learns from the other folds.

    Folds: see `deal_folds`; those without words on either side are left out. epochs: by default FEWEST_EPOCHS of a
    large corpus, more of a small one. start: a model folder whose tables and hidden layers the networks begin with. The
    temperature of each head is fitted on the held-out sentences themselves: one number, learnt from all of them, tells
    little of a single label.
    """
    fold_of = deal_folds(sentences, folds, seed=seed)
    words = max(sum(len(sentence.tokens) for sentence in sentences), 1)
    settings = quick_settings(schemes, words, seed=seed, epochs=epochs, start=start)
    whole = LoadedCorpus(list(sentences), [], dict(schemes), "")
    tasks = tuple(describe_task(name, task, whole) for name, task in settings.tasks.items())
    for fold in range(folds):
        begun = time.perf_counter()
        numbers = [number for number, own in enumerate(fold_of) if own == fold and sentences[number].tokens]
        train = [sentences[number] for number in learnt_from(sentences, fold_of, fold)]
        if not numbers or not any(sentence.tokens for sentence in train):
            continue
        data = _fold_data(train, [sentences[number] for number in numbers], schemes, tasks)
        held = _judged(_train(settings, data), data, numbers)
        seconds = time.perf_counter() - begun
        note(f"fold {fold + 1} of {folds}: learnt from {len(train):,} sentences, {seconds:.0f} s")
        yield held


def quick_settings(
    schemes: Mapping[str, str], words: int, *, seed: int, epochs: int | None = None, start: Path | None = None
) -> Settings:
    """The settings of a network for a fold of so many `words`: one task a column, all epochs, smaller batches of few.

    Sizes and rates are the defaults, or what the layers of `start` ask for.
    """
    fewer = max(FEWEST_WORDS, words // STEPS)
    chosen = [
        f"training.seed={seed}",
        f"training.epochs={epochs or min(max(WORDS // words, FEWEST_EPOCHS), MOST_EPOCHS)}",
        f"training.batch_words={min(TrainingSettings().batch_words, fewer)}",
    ]
    if start is not None:
        chosen.append(f"transfer.model={json.dumps(str(start))}")
    tasks = {
        f"column{number}": TaskSettings(column=column, objective="word" if scheme == NONE else "sentence")
        for number, (column, scheme) in enumerate(schemes.items())
    }
    return load_training_settings(None, chosen).model_copy(update={"tasks": tasks})


def _fold_data(
    train: list[Sentence],
    held_out: list[Sentence],
    schemes: Mapping[str, str],
    tasks: tuple[TaskDescription, ...],
) -> TrainingData:
    corpus = LoadedCorpus(train, held_out, dict(schemes), "")
    return TrainingData([corpus], tasks, dict.fromkeys((task.name for task in tasks), 0))


def _train(settings: Settings, data: TrainingData) -> SavedModel:
    """The model that learnt from the training sentences alone."""
    torch.set_num_threads(settings.training.threads)
    source = read_source(settings)
    features = fit_forms(settings, data, None, source)
    model = SavedModel(describe_network(settings.network), data.tasks, features, {})
    network = first_network(settings, data, features, None)
    take_layers(settings, network, model, source, data)
    features, _ = put_aside(settings, [data], network, features)
    state = begin(settings, network)
    plan = replace(build_plan(settings, task_weights(settings, data)), watched_steps=0)
    for _step in train_epochs(state, encode_corpora(data, features), plan, Evaluation):
        pass
    with state.evaluated():
        return replace(model, features=features, weights=weights_of(network))


def _judged(model: SavedModel, data: TrainingData, numbers: list[int]) -> HeldOut:
    """The model's calibrated scores for the held-out sentences of `data`."""
    sentences = data.corpora[0].dev
    fitted = fit(model, [GoldPart(Gold("", sentences, data.corpora[0].schemes), data.tasks)])
    temperatures = {found.task: found.temperature for found in fitted}
    tasks = tuple(replace(task, temperature=temperatures.get(task.name, 1.0)) for task in model.tasks)
    model = replace(model, tasks=tasks)
    runtime = Runtime(model)
    scores = runtime.scores([sentence.tokens for sentence in sentences])
    return HeldOut(
        numbers,
        np.array([len(sentence.tokens) for sentence in sentences], np.intp),
        {t.column: np.ascontiguousarray(scores[:, runtime.columns[t.name]]) for t in tasks},
        {t.column: build_decoder(model, t) for t in tasks},
    )
