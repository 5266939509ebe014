"""Train a network: settings in, a model folder and its record out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from tagger.config import Settings
from tagger.errors import ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.recipes.calibrate import calibrate_run
from tagger.recipes.development import development_scorer
from tagger.recipes.first_state import begin, first_network, fit_forms, take_layers
from tagger.recipes.given_features import NOTHING_GIVEN, read_given, static_tables
from tagger.recipes.memory import (
    Beginning,
    Classes,
    build_memory,
    document_numbers_of,
    dump_memory,
    read_memory,
    remember_training,
)
from tagger.recipes.rows_in_use import put_aside
from tagger.recipes.run_folder import RunFolder, peak_memory_mb
from tagger.recipes.scorer_tasks import label_rows, task_line
from tagger.recipes.training_data import TrainingData, load_training_data, task_tags, with_reading
from tagger.recipes.training_forms import dump_ambiguous
from tagger.recipes.transfer import read_source
from tagger.recipes.transfer_notes import learning_notes
from tagger.recipes.transfer_record import TRANSFER, dump_transfer, read_transfer
from tagger.recipes.word_vectors import preprocessing_file, read_pretrained
from tagger.records import Step, TrainReport
from tagger.reports.transfer import summary
from tagger.saved import AMBIGUOUS, DESCRIPTION, MEMORY, SETTINGS, SavedModel, read_model
from tagger.settings_file import load_settings
from tagger.text.features import FormFeatures
from tagger.training.augmentation import build_augmentation
from tagger.training.batches import Corpora, EncodedCorpus, encode
from tagger.training.build import describe_network
from tagger.training.checkpoint import CHECKPOINT
from tagger.training.engines import ALONE, Engine, is_first, own_threads
from tagger.training.freezing import build_freezing
from tagger.training.loop import Plan, TrainingState, train_epochs
from tagger.training.processes import LostProcess, opened_engine
from tagger.whole_files import is_taken

LOST = "No epoch was over, nothing is saved: start the processes again."


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
    best weights so far stay, and the report says so. Where the environment is that of several processes (`torchrun`)
    they train together, and the first one alone writes, observes and notes. Raises TaggerError for settings or data
    that cannot be, LostProcess where one of several processes has ended.
    """
    with opened_engine(settings.training.device) as engine:
        if is_first(engine):
            return _train(settings, output, engine, observe, note, force=force, resume=resume)
        return _train(settings, output, engine, silent, silent, force=force, resume=resume)


def silent(_: object) -> None:
    """What a process observes and notes that is not the first of several."""


def _train(
    settings: Settings,
    output: Path,
    engine: Engine,
    observe: Callable[[Step], None],
    note: Callable[[str], None],
    *,
    force: bool,
    resume: bool,
) -> TrainReport:
    """As `train` says, in one of the processes of `engine`."""
    if resume:
        check_is_training(output)
    check_unused(settings)
    check_output(output, force=force, resume=resume)
    torch.set_num_threads(own_threads(engine, settings.training.threads))
    data = load_training_data(settings)
    tell(data, note)
    forms = sorted({form for corpus in data.corpora for s in corpus.train for form in s.tokens})
    vectors = None if resume else read_pretrained(settings.features.word, forms, note)
    given = NOTHING_GIVEN if resume else read_given(settings.features, forms, note)
    source = None if resume else read_source(settings)
    remembered = build_memory(settings.features.memory, data.tasks)
    beginning = Beginning(vectors, source, given)
    given = replace(given, memory=remembered)
    # a run that goes on needs neither the vectors nor the other model again
    features = read_model(output).features if resume else fit_forms(settings, data, vectors, source, given)
    model = SavedModel(describe_network(settings.network), data.tasks, features, {})
    model.extra_files[AMBIGUOUS] = dump_ambiguous([data])
    memory: Sequence[Classes] = ()
    if remembered:
        memory = (
            read_memory(output, data)
            if resume
            else remember_training(settings, data, beginning, build_lessons, note, engine)
        )
        model.extra_files[MEMORY] = dump_memory(memory)
    network = first_network(settings, data, features, vectors, given)
    taken = read_transfer(output) if resume else take_layers(settings, network, model, source, data)
    if taken:
        model.extra_files[TRANSFER] = dump_transfer(taken)
    if taken and not resume:
        note(summary(taken))
    features, aside = put_aside(settings, [data], network, features)
    state = begin(settings, network, engine)
    filled = {layer.layer for layer in taken.layers} if taken else set()
    filled |= {"lookup.word"} if settings.features.word.vectors else set()
    filled |= {f"lookup.{table}" for table in static_tables(settings.features)}
    for line in learning_notes(settings.transfer, network, filled):
        note(line)
    run = RunFolder(
        output,
        model,
        with_reading(settings, data),
        facts=run_facts(settings, data, engine),
        forms=forms,
        arrays=preprocessing_file(settings.features.word, vectors),
        force=force,
        aside=aside,
        writes=is_first(engine),
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
    corpora, plan = build_lessons(settings, data, features, memory)
    rounds = train_epochs(state, corpora, plan, evaluate)
    report = follow(rounds, state, run, observe)
    calibrates = settings.training.calibrate and is_first(engine)
    calibration = calibrate_run(output, [data], note) if calibrates else ()
    return replace(report, transfer=taken, calibration=calibration)


def follow(
    rounds: Iterable[Step], state: TrainingState, run: RunFolder, observe: Callable[[Step], None]
) -> TrainReport:
    """Go through the steps of a training and save each epoch; what it came to. Ctrl-C ends it early."""
    interrupted = save_epochs(rounds, state, run, observe)
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


def save_epochs(
    steps: Iterable[Step], state: TrainingState, run: RunFolder, observe: Callable[[Step], None]
) -> bool:
    """Go through the steps and save each epoch; whether Ctrl-C ended it early (before the first epoch it is raised)."""
    try:
        for step in steps:
            if step.epoch_end:
                run.save(state, step)
            observe(step)
    except KeyboardInterrupt:
        if not run.started:
            raise
        return True
    except LostProcess as error:
        run.break_off(str(error))
        error.hint = (
            LOST if not run.started else f"{run.path} holds the last finished epoch: --resume goes on."
        )
        raise
    except TaggerError as error:
        run.break_off(str(error))
        raise
    return False


def resume_settings(folder: Path) -> Settings:
    """The settings of the run in `folder`. Raises ModelError where no training can be resumed there."""
    if not (folder / CHECKPOINT).is_file():
        raise ModelError(
            f"expected a run with {CHECKPOINT}, found none",
            where=str(folder),
            hint="Train it without --resume.",
        )
    return load_settings(folder / SETTINGS)


def check_is_training(folder: Path) -> None:
    """Raise ModelError where the run in `folder` is a pretraining."""
    if resume_settings(folder).pretraining.text:
        raise ModelError(
            "expected a run of `tagger train`, found one of `tagger pretrain`",
            where=str(folder),
            hint=f"Go on with: tagger pretrain --resume {folder}",
        )


def check_unused(settings: Settings) -> None:
    """Raise SettingsError for a setting of another command that differs from its default."""
    for section, command in (("rehearsal", "finetune"), ("pretraining", "pretrain")):
        stated = getattr(settings, section).model_dump(mode="json", exclude_defaults=True)
        for name, value in stated.items():
            expected = "its default, for `tagger train` does not use it"
            raise SettingsError(f"{section}.{name}", expected, repr(value), f"`tagger {command}` does.")


def check_output(output: Path, *, force: bool, resume: bool) -> None:
    """Raise TaggerError if a training could not write to `output`, or not be resumed there."""
    if resume:
        resume_settings(output)
    elif is_taken(output):
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


def run_facts(settings: Settings, data: TrainingData, engine: Engine = ALONE) -> dict[str, object]:
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
    facts = {"seed": settings.training.seed, "threads": settings.training.threads, "data": corpora}
    return {**facts, **several(engine)}


def several(engine: Engine) -> dict[str, int]:
    """How many processes trained, for `run.json`; nothing of one."""
    return {"processes": engine.share.count} if engine.share.count > 1 else {}


def encode_corpora(
    data: TrainingData, features: FormFeatures, memory: Sequence[Classes] = ()
) -> list[EncodedCorpus]:
    """The training sentences of each corpus as numbers, with the labels of its tasks.

    memory: of each corpus what is remembered of its tokens; without it nothing is.
    """
    encoded = []
    for number, corpus in enumerate(data.corpora):
        tasks = data.tasks_of(number)
        encoded.append(
            encode(
                [s.tokens for s in corpus.train],
                features,
                {t.name: task_tags(corpus.train, t, corpus.schemes[t.column]) for t in tasks},
                {t.name: label_rows(t) for t in tasks},
                memory[number] if memory else None,
            )
        )
    return encoded


def build_lessons(
    settings: Settings, data: TrainingData, features: FormFeatures, memory: Sequence[Classes] = ()
) -> tuple[Corpora, Plan]:
    """What the loop learns from and what it is to do; `memory` as of `encode_corpora`."""
    corpora = build_augmentation(
        settings.augmentation,
        encode_corpora(data, features, memory),
        [data.tasks_of(number) for number in range(len(data.corpora))],
        features,
        seed=settings.training.seed,
        documents=document_numbers_of(data) if memory else (),
        memory_rate=settings.features.memory.rate,
    )
    return corpora, build_plan(settings, task_weights(settings, data))


def build_plan(settings: Settings, weights: Mapping[str, float]) -> Plan:
    """What the loop is to do. `weights`: task -> factor of its loss."""
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
        freezing=build_freezing(settings.transfer, static_tables(settings.features)),
        unknown_rate=settings.features.word.unknown_rate,
        activation=settings.network.activation,
        schedule=settings.schedule,
        weights=dict(weights),
    )


def task_weights(settings: Settings, data: TrainingData) -> dict[str, float]:
    """The factor of each task's loss."""
    return {t.name: settings.tasks[t.name].weight if t.name in settings.tasks else 1.0 for t in data.tasks}
