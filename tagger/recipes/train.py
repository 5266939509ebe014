"""Train a network: settings in, a model folder and its record out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from tagger.config import Settings
from tagger.embeddings.alignment import align, normalized_words
from tagger.embeddings.vectors import WordVectors, read_vectors
from tagger.errors import ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.network.window_network import WindowNetwork, initialise
from tagger.recipes.development import development_scorer
from tagger.recipes.run_folder import RunFolder, peak_memory_mb
from tagger.recipes.training_data import TrainingData, load_training_data, task_tags, with_reading
from tagger.records import Step, TrainReport
from tagger.saved import DESCRIPTION, SETTINGS, NetworkDescription, SavedModel
from tagger.settings_file import load_settings
from tagger.text.features import FormFeatures, fit_features, normalize_word
from tagger.text.vocabulary import count_forms
from tagger.training.averaging import MovingAverage
from tagger.training.batches import EncodedCorpus, encode
from tagger.training.build import build_features, build_network, describe_network
from tagger.training.checkpoint import CHECKPOINT
from tagger.training.loop import Plan, TrainingState, train_epochs
from tagger.training.optimizers import OPTIMIZERS


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
    _check_output(output, force=force, resume=resume)
    torch.set_num_threads(settings.training.threads)
    data = load_training_data(settings)
    _tell(data, note)
    vectors = _vectors(settings, note)
    features = _fit(settings, data, vectors)
    state = _start(settings, data, features, vectors)
    run = RunFolder(
        output,
        SavedModel(describe_network(settings.network), data.tasks, features, {}),
        with_reading(settings, data),
        facts=_facts(settings, data),
        forms=sorted({form for corpus in data.corpora for s in corpus.train for form in s.tokens}),
        force=force,
    )
    if resume:
        run.resume(state)
    evaluate = development_scorer(state.network, data, features, deciding=settings.training.score)
    rounds = train_epochs(state, _encode(data, features), _plan(settings, data), evaluate)
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
    best = next((line for line in state.history if line["epoch"] == state.best_epoch), None)
    return TrainReport(
        folder=output,
        epochs=state.epoch,
        best_epoch=state.best_epoch,
        best_score=state.best_score,
        scores=best["dev"] if best else {},
        seconds=state.seconds,
        peak_memory_mb=peak_memory_mb(),
        interrupted=interrupted,
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


def _check_output(output: Path, *, force: bool, resume: bool) -> None:
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


def _tell(data: TrainingData, note: Callable[[str], None]) -> None:
    for number, corpus in enumerate(data.corpora):
        for line in corpus.notes:
            note(line)
        tasks = ", ".join(f"{t.name} ({len(t.labels)} labels, {t.objective})" for t in data.tasks_of(number))
        note(
            f"{len(corpus.train):,} training sentences, {sum(len(s.tokens) for s in corpus.train):,} tokens; "
            f"{len(corpus.dev):,} development sentences; tasks: {tasks}"
        )


def _facts(settings: Settings, data: TrainingData) -> dict[str, object]:
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


def _normalizer(settings: Settings) -> Callable[[str], str]:
    word = settings.features.word
    return lambda form: normalize_word(form, lowercase=word.lowercase, fold_digits=word.fold_digits)


def _vectors(settings: Settings, note: Callable[[str], None]) -> WordVectors | None:
    word = settings.features.word
    if not word.vectors:
        return None
    vectors = read_vectors(Path(word.vectors), word.dim)
    note(f"{word.vectors}: {len(vectors.words):,} vectors of {word.dim} numbers")
    return vectors


def _fit(settings: Settings, data: TrainingData, vectors: WordVectors | None) -> FormFeatures:
    counts = count_forms(s.tokens for corpus in data.corpora for s in corpus.train)
    extra = list(normalized_words(vectors.words, _normalizer(settings))) if vectors else []
    lookups, characters = build_features(settings.features)
    return fit_features(lookups, characters, counts, extra_words=extra[: settings.features.word.max_vectors])


def _start(
    settings: Settings, data: TrainingData, features: FormFeatures, vectors: WordVectors | None
) -> TrainingState:
    """A network with its first weights, and everything that draws or remembers."""
    training, sizes = settings.training, settings.network
    description: NetworkDescription = describe_network(sizes)
    device = choose_device(training.device)
    network = build_network(
        features, description, data.tasks, input_dropout=sizes.input_dropout, dropout=sizes.dropout
    )
    initialise(network, sizes.initialiser, torch.Generator().manual_seed(training.seed))
    if vectors:
        _put_vectors(network, features, vectors, _normalizer(settings))
    network.to(device)
    return TrainingState(
        network=network,
        optimizer=OPTIMIZERS[settings.optimizer.name](network.parameters(), settings.optimizer.rate),
        average=MovingAverage(network, training.averaging) if training.averaging else None,
        generator=torch.Generator(device).manual_seed(training.seed + 1),
        shuffle=np.random.default_rng(training.seed),
    )


def _put_vectors(
    network: WindowNetwork, features: FormFeatures, vectors: WordVectors, normalize: Callable[[str], str]
) -> None:
    """Pretrained vectors into their rows of the word table, scaled to the spread of the other rows."""
    rows, values = align(features.vocabularies["word"], vectors, normalize)
    table = network.get_parameter("lookup.word.weight")
    scale = table.detach().std().item() / max(float(values.std()), 1e-12)
    with torch.no_grad():
        table[torch.from_numpy(rows)] = torch.from_numpy(values * np.float32(scale))


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" takes a GPU where there is one. Raises SettingsError where it is not there."""
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if there[kind])
    if not there[name]:
        raise SettingsError("training.device", "a device of this machine", repr(name), 'Use "cpu" or "auto".')
    return torch.device(name)


def _encode(data: TrainingData, features: FormFeatures) -> list[EncodedCorpus]:
    encoded = []
    for number, corpus in enumerate(data.corpora):
        tasks = data.tasks_of(number)
        encoded.append(
            encode(
                [s.tokens for s in corpus.train],
                features,
                {t.name: task_tags(corpus.train, t, corpus.schemes[t.column]) for t in tasks},
                {t.name: {label: row for row, label in enumerate(t.labels)} for t in tasks},
            )
        )
    return encoded


def _plan(settings: Settings, data: TrainingData) -> Plan:
    training = settings.training
    return Plan(
        epochs=training.epochs,
        batch_words=training.batch_words,
        patience=training.patience,
        rate=settings.optimizer.rate,
        clip=settings.optimizer.clip,
        unknown_rate=settings.features.word.unknown_rate,
        schedule=settings.schedule,
        weights={
            t.name: settings.tasks[t.name].weight if t.name in settings.tasks else 1.0 for t in data.tasks
        },
    )
