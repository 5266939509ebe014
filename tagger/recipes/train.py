"""Train a network: settings in, a model folder and its record out."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import torch

from tagger.config import Settings
from tagger.errors import ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.network.window_network import WindowNetwork, initialise
from tagger.recipes.development import development_scorer
from tagger.recipes.run_folder import RunFolder, peak_memory_mb
from tagger.recipes.scorer_tasks import label_rows, task_line
from tagger.recipes.training_data import TrainingData, load_training_data, task_tags, with_reading
from tagger.recipes.transfer import (
    TRANSFER,
    dump_transfer,
    read_source,
    read_transfer,
    takes_words,
    transfer_layers,
)
from tagger.recipes.word_matching import with_items_of, words_to_add
from tagger.recipes.word_vectors import PretrainedVectors, preprocessing_file, put_vectors, read_pretrained
from tagger.records import Step, TrainReport, TransferReport
from tagger.reports.transfer import summary
from tagger.saved import DESCRIPTION, SETTINGS, NetworkDescription, SavedModel, read_model
from tagger.settings_file import load_settings
from tagger.text.features import FormFeatures, fit_features
from tagger.text.vocabulary import count_forms
from tagger.training.augmentation import build_augmentation
from tagger.training.averaging import MovingAverage
from tagger.training.batches import EncodedCorpus, encode
from tagger.training.build import build_features, build_network, describe_network
from tagger.training.checkpoint import CHECKPOINT
from tagger.training.freezing import build_freezing
from tagger.training.loop import Plan, TrainingState, train_epochs
from tagger.training.optimizers import build_optimizer


def train(
    settings: Settings,
    output: Path,
    *,
    force: bool = False,
    resume: bool = False,
    observe: Callable[[Step], None] = lambda step: None,
    note: Callable[[str], None] = lambda text: None,
) -> TrainReport:
    """Train as `settings` say into the folder `output`; with `resume` go on from the state that lies there.

    `observe` gets every optimizer step, `note` lines for the person watching. Ctrl-C ends the training early: the
    best weights so far stay, and the report says so. Raises TaggerError for settings or data that cannot be.
    """
    check_output(output, force=force, resume=resume)
    torch.set_num_threads(settings.training.threads)
    data = load_training_data(settings)
    tell(data, note)
    forms = sorted({form for corpus in data.corpora for s in corpus.train for form in s.tokens})
    vectors = None if resume else read_pretrained(settings.features.word, forms, note)
    source = None if resume else read_source(settings)
    # a run that goes on needs neither the vectors nor the other model again
    features = read_model(output).features if resume else fit_forms(settings, data, vectors, source)
    model = SavedModel(describe_network(settings.network), data.tasks, features, {})
    network = first_network(settings, data, features, vectors)
    taken = read_transfer(output) if resume else take_layers(settings, network, model, source, data)
    if taken and not resume:
        model.extra_files[TRANSFER] = dump_transfer(taken)
        note(summary(taken))
    state = begin(settings, network)
    run = RunFolder(
        output,
        model,
        with_reading(settings, data),
        facts=run_facts(settings, data),
        forms=forms,
        arrays=preprocessing_file(settings.features.word, vectors),
        force=force,
    )
    if resume:
        run.resume(state)
    evaluate = development_scorer(
        state.network,
        data,
        features,
        deciding=settings.training.score,
        watched_words=settings.training.watched_words,
    )
    corpora = build_augmentation(
        settings.augmentation,
        encode_corpora(data, features),
        [data.tasks_of(number) for number in range(len(data.corpora))],
        features,
    )
    rounds = train_epochs(state, corpora, build_plan(settings, data), evaluate)
    return replace(follow(rounds, state, run, observe), transfer=taken)


def follow(
    rounds: Iterable[Step], state: TrainingState, run: RunFolder, observe: Callable[[Step], None]
) -> TrainReport:
    """Go through the steps of a training and save each epoch; what it came to. Ctrl-C ends it early."""
    interrupted = False
    try:
        for step in rounds:
            if step.epoch_end:
                run.save(state, step)
            observe(step)
    except KeyboardInterrupt:
        if not run.started:
            raise
        interrupted = True
    except TaggerError as error:
        run.break_off(str(error))
        raise
    best = next((line for line in state.history if line["epoch"] == state.best_epoch), None)
    return TrainReport(
        folder=run.path,
        epochs=state.epoch,
        best_epoch=state.best_epoch,
        best_score=state.best_score,
        scores=best["dev"] if best else {},
        seconds=state.seconds,
        peak_memory_mb=peak_memory_mb(),
        interrupted=interrupted,
        scorers_only=all(task.is_scorer for task in run.model.tasks),
    )


def resume_settings(folder: Path) -> Settings:
    """The settings of the run in `folder`. Raises ModelError where no training can be resumed there."""
    if not (folder / CHECKPOINT).is_file():
        raise ModelError(
            f"expected a run with {CHECKPOINT}, found none",
            where=str(folder),
            hint="Train it without --resume.",
        )
    return load_settings(folder / SETTINGS)


def check_output(output: Path, *, force: bool, resume: bool) -> None:
    """Raise TaggerError if a training could not write to `output`, or not be resumed there."""
    if resume:
        resume_settings(output)
    elif output.exists() and not (output.is_dir() and not any(output.iterdir())):
        if not force:
            raise OutputExistsError(output)
        if not (output / DESCRIPTION).is_file():
            hint = "--force replaces only a folder that `tagger train` wrote; choose another output."
            raise TaggerError(
                "expected a model folder to replace, found something else", where=str(output), hint=hint
            )


def tell(data: TrainingData, note: Callable[[str], None]) -> None:
    """Note what the corpora hold and which tasks learn from them."""
    for number, corpus in enumerate(data.corpora):
        for line in corpus.notes:
            note(line)
        tasks = ", ".join(map(task_line, data.tasks_of(number)))
        note(
            f"{len(corpus.train):,} training sentences, {sum(len(s.tokens) for s in corpus.train):,} tokens; "
            f"{len(corpus.dev):,} development sentences; tasks: {tasks}"
        )


def run_facts(settings: Settings, data: TrainingData) -> dict[str, object]:
    """What `run.json` says about the data and the choices of a run."""
    corpora = [
        {
            "tasks": [task.name for task in data.tasks_of(number)],
            "fingerprint": corpus.fingerprint,
            "train_sentences": len(corpus.train),
            "train_tokens": sum(len(s.tokens) for s in corpus.train),
            "dev_sentences": len(corpus.dev),
        }
        for number, corpus in enumerate(data.corpora)
    ]
    return {"seed": settings.training.seed, "threads": settings.training.threads, "data": corpora}


def fit_forms(
    settings: Settings,
    data: TrainingData,
    vectors: PretrainedVectors | None,
    source: SavedModel | None = None,
) -> FormFeatures:
    """The features of forms, their vocabularies filled from the training sentences.

    The word table has rows for the words of the pretrained vectors too; every table that is taken from `source` has
    rows for what that knows.
    """
    counts = count_training_forms(data)
    lookups, characters = build_features(settings.features)
    words = vectors.vectors.words if vectors else []
    if source and takes_words(settings.transfer.layers):
        words = words_to_add(lookups[0], counts, source.features, settings.transfer.max_words)
    features = fit_features(lookups, characters, counts, extra_words=words)
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
    settings: Settings, data: TrainingData, features: FormFeatures, vectors: PretrainedVectors | None
) -> TrainingState:
    """A network with its first weights, and everything that draws or remembers."""
    return begin(settings, first_network(settings, data, features, vectors))


def first_network(
    settings: Settings, data: TrainingData, features: FormFeatures, vectors: PretrainedVectors | None
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
    return network


def begin(settings: Settings, network: WindowNetwork) -> TrainingState:
    """The network, on its device and with what does not learn at first frozen, and everything that draws or remembers.

    Raises SettingsError for layers to freeze, thaw or slow down that the network has not.
    """
    training, freezing = settings.training, build_freezing(settings.transfer)
    device = choose_device(training.device)
    network.to(device)
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
    )


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" takes a GPU where there is one. Raises SettingsError where it is not there."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if there[kind])
    if not there[name]:
        raise SettingsError("training.device", "a device of this machine", repr(name), 'Use "cpu" or "auto".')
    return torch.device(name)


def encode_corpora(data: TrainingData, features: FormFeatures) -> list[EncodedCorpus]:
    """The training sentences of each corpus as numbers, with the labels of its tasks."""
    encoded = []
    for number, corpus in enumerate(data.corpora):
        tasks = data.tasks_of(number)
        encoded.append(
            encode(
                [s.tokens for s in corpus.train],
                features,
                {t.name: task_tags(corpus.train, t, corpus.schemes[t.column]) for t in tasks},
                {t.name: label_rows(t) for t in tasks},
            )
        )
    return encoded


def build_plan(settings: Settings, data: TrainingData) -> Plan:
    """What the loop is to do."""
    training = settings.training
    return Plan(
        epochs=training.epochs,
        batch_words=training.batch_words,
        patience=training.patience,
        rate=settings.optimizer.rate,
        clip=settings.optimizer.clip,
        l1=settings.optimizer.l1,
        l2=settings.optimizer.l2,
        penalize_lookups=settings.optimizer.penalize_lookups,
        max_norm=settings.optimizer.max_norm,
        freezing=build_freezing(settings.transfer),
        unknown_rate=settings.features.word.unknown_rate,
        activation=settings.network.activation,
        schedule=settings.schedule,
        weights={
            t.name: settings.tasks[t.name].weight if t.name in settings.tasks else 1.0 for t in data.tasks
        },
    )
