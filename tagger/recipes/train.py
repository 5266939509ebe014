"""Train a network: settings in, a model folder and its record out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from tagger.config import Settings
from tagger.errors import ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.recipes.calibrate import calibrate_run
from tagger.recipes.development import development_scorer
from tagger.recipes.epochs import follow
from tagger.recipes.first_state import begin, first_network, fit_forms, take_layers
from tagger.recipes.given_features import NOTHING_GIVEN, read_given, static_tables
from tagger.recipes.lessons import build_lessons
from tagger.recipes.memory import (
    Beginning,
    Classes,
    build_memory,
    dump_memory,
    read_memory,
    remember_training,
)
from tagger.recipes.rows_in_use import put_aside
from tagger.recipes.run_folder import RunFolder
from tagger.recipes.scorer_tasks import task_line
from tagger.recipes.training_data import TrainingData, load_training_data, with_reading
from tagger.recipes.training_forms import dump_ambiguous
from tagger.recipes.transfer import read_source
from tagger.recipes.transfer_notes import learning_notes
from tagger.recipes.transfer_record import TRANSFER, dump_transfer, read_transfer
from tagger.recipes.word_vectors import preprocessing_file, read_pretrained
from tagger.records import Step, TrainReport
from tagger.reports.transfer import summary
from tagger.saved import AMBIGUOUS, DESCRIPTION, MEMORY, SETTINGS, SavedModel, read_model
from tagger.settings_file import load_settings
from tagger.training.build import describe_network
from tagger.training.checkpoint import CHECKPOINT
from tagger.training.engines import ALONE, Engine, is_first, own_threads
from tagger.training.loop import train_epochs
from tagger.training.processes import opened_engine
from tagger.whole_files import is_taken


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
