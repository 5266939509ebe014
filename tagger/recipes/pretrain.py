"""Pretrain word vectors and a hidden layer on raw text: settings in, a model folder and its record out."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from tagger.config import Settings
from tagger.errors import SettingsError
from tagger.network.window_network import WindowNetwork, initialise
from tagger.recipes.epochs import save_epochs
from tagger.recipes.first_state import begin
from tagger.recipes.lessons import build_plan
from tagger.recipes.pretrain_settings import check_pretraining
from tagger.recipes.pretrain_text import held_out_scorer, opened_lessons, text_of, times_through
from tagger.recipes.pretrain_words import (
    TEXT,
    WORDS,
    PretrainingWords,
    load_words,
    shared_words,
    starting_model,
    word_features,
)
from tagger.recipes.run_folder import RunFolder, peak_memory_mb
from tagger.recipes.train import check_output, several, silent
from tagger.recipes.transfer import transfer_layers
from tagger.recipes.transfer_record import TRANSFER, dump_transfer
from tagger.recipes.word_vectors import put_vectors, read_pretrained
from tagger.records import PretrainReport, Step
from tagger.reports.transfer import summary
from tagger.saved import SETTINGS, SavedModel
from tagger.settings_file import dump_settings
from tagger.text.text_sources import RawText, fingerprint
from tagger.training.build import build_network, describe_network
from tagger.training.checkpoint import restore_checkpoint
from tagger.training.engines import Engine, is_first
from tagger.training.loop import Plan, TrainingState, learn
from tagger.training.processes import opened_engine
from tagger.whole_files import write_file


def pretrain(
    settings: Settings,
    output: Path,
    *,
    force: bool = False,
    resume: bool = False,
    observe: Callable[[Step], None] = lambda step: None,
    note: Callable[[str], None] = lambda text: None,
    progress: Callable[[int], None] | None = None,
) -> PretrainReport:
    """Pretrain as `settings` say (`pretraining_settings` makes them) into the folder `output`.

    With `resume` go on from the state that lies there: after the last finished round, exactly as if never interrupted.
    `observe` gets every optimizer step, `note` lines for the person watching, `progress` the tokens counted so far. An
    epoch of the steps is a round: some millions of words, after which held-out windows are scored and everything is
    saved. Ctrl-C keeps the last finished round. Several processes share the text and every step, as in `train`; they
    learn from the same windows as one. Raises TaggerError for settings or text that cannot be.
    """
    with opened_engine(settings.training.device) as engine:
        if is_first(engine):
            return _pretrain(settings, output, engine, observe, note, progress, force=force, resume=resume)
        return _pretrain(settings, output, engine, silent, silent, None, force=force, resume=resume)


def _pretrain(
    settings: Settings,
    output: Path,
    engine: Engine,
    observe: Callable[[Step], None],
    note: Callable[[str], None],
    progress: Callable[[int], None] | None,
    *,
    force: bool,
    resume: bool,
) -> PretrainReport:
    """As `pretrain` says, in one of the processes of `engine`."""
    check_output(output, force=force, resume=resume)
    check_pretraining(settings)
    torch.set_num_threads(1)  # the parts of a step are what runs side by side
    text = text_of(settings.pretraining)
    if text.has_stdin and engine.share.count > 1:
        expected = "files or a data set with several processes"
        raise SettingsError("pretraining.text", expected, "standard input", "Save the text to a file.")
    for line in text.notes:
        note(line)
    source = None if resume else starting_model(settings)
    run_before = output if resume else None
    words = shared_words(engine, lambda: load_words(settings, text, run_before, note, progress, source))
    model = SavedModel(
        describe_network(settings.network),
        (TEXT,),
        word_features(settings, words),
        {},
        extra_files={WORDS: words.dump()},
        half_precision=settings.pretraining.half_precision,
    )
    network = build_network(
        model.features, model.network, model.tasks, margins={TEXT.name: settings.pretraining.margin}
    )
    if not resume:
        _first_weights(settings, model, network, words, source, note)
    state = begin(settings, network, engine)
    if state.generator.device.type == "mps":
        raise SettingsError("training.device", '"cpu" or "cuda" (pretraining)', "'mps'")
    facts = {**_facts(settings, text, words), **several(engine)}
    writes = is_first(engine)
    run = RunFolder(output, model, settings, facts=facts, forms=[], force=force, writes=writes)
    if resume:
        run.resume(state)
    if resume and writes:
        write_file(output / SETTINGS, dump_settings(settings))  # a longer time budget is kept
    plan = _plan(settings, text, words, state)
    before = state.epoch
    with opened_lessons(settings, text, words, state, note) as (lessons, held_out, unscored):
        steps = learn(state, lessons, plan, held_out_scorer(network, held_out))
        interrupted = save_epochs(steps, state, run, observe)
    if interrupted and writes:
        restore_checkpoint(output, state)  # without what the unfinished round has counted
    return PretrainReport(
        folder=output,
        rounds=state.epoch,
        scores=state.history[-1]["dev"],
        words=state.place.get("words", 0),
        windows=state.place.get("windows", 0),
        vocabulary=len(words.words),
        seconds=state.seconds,
        peak_memory_mb=peak_memory_mb(),
        interrupted=interrupted,
        passes=state.place.get("passes", 0),
        unscored=unscored,
        ended="" if interrupted else _ended(settings, text, state, idle=state.epoch == before),
        sizes=_sizes(settings),
        resumable=not text.has_stdin,
    )


def _first_weights(
    settings: Settings,
    model: SavedModel,
    network: WindowNetwork,
    words: PretrainingWords,
    source: SavedModel | None,
    note: Callable[[str], None],
) -> None:
    """Random weights, then the vectors of a file or everything of a smaller model where the settings name one."""
    initialise(network, settings.network.initialiser, torch.Generator().manual_seed(settings.training.seed))
    vectors = read_pretrained(settings.features.word, words.words, note)
    if vectors and source:
        raise SettingsError(
            "features.word.vectors", "none beside pretraining.start", repr(settings.features.word.vectors)
        )
    if vectors:
        put_vectors(network, model.features, vectors)
    if source is None:
        return
    counts = dict(zip(words.words, words.counts.tolist(), strict=True))
    report = transfer_layers(
        network,
        model,
        source,
        layers=("lookup", "trunk", "heads"),
        counts=counts,
        name=settings.pretraining.start,
    )
    # of all words of the text, with those that have no row
    report = replace(report, tokens=words.tokens, covered_before=words.known, covered_after=words.known)
    model.extra_files[TRANSFER] = dump_transfer(report)
    if words.tokens:
        note(summary(report))


def _plan(settings: Settings, text: RawText, words: PretrainingWords, state: TrainingState) -> Plan:
    """What the loop is to do: rounds until the text or the time is used up."""
    chosen = settings.pretraining
    if settings.schedule.name == "linear" and not words.counted:
        hint = "Take constant or inverse, or have the words counted (no pretraining.vocabulary)."
        raise SettingsError("schedule.name", "a rate that needs no last round", "linear", hint)
    if settings.schedule.name == "linear" and chosen.time_budget:
        hint = "Take constant or inverse, or leave out the time budget."
        raise SettingsError("schedule.name", "a rate that needs no last round", "linear", hint)
    tokens = words.tokens * times_through(chosen, text)
    # a run that went on behind the end of its text, with more epochs, has one short round more
    left = math.ceil((tokens - state.place.get("words", 0)) / chosen.round_words)
    rounds = max(1, math.ceil(tokens / chosen.round_words), state.epoch + left) if tokens else 0
    # The last round is the one to keep. Held-out text lies at the beginning: scores are highest when its neighbours
    # have just been read again, not when the network knows the most.
    plan = build_plan(settings, {TEXT.name: 1.0})
    return replace(plan, epochs=rounds if words.counted else 0, keep_last=True)


def _facts(settings: Settings, text: RawText, words: PretrainingWords) -> dict[str, Any]:
    """What `run.json` says about the text and the choices of a run."""
    size = f" of {words.tokens:,} tokens" if words.tokens else ""
    return {
        "seed": settings.training.seed,
        "threads": settings.training.threads,
        "data": [
            {
                "tasks": [TEXT.name],
                "fingerprint": fingerprint(text),
                "summary": f"raw text{size}; {len(words.words):,} words with a row",
                "tokens": words.tokens,
                "counted": words.counted,
            }
        ],
    }


def _ended(settings: Settings, text: RawText, state: TrainingState, *, idle: bool) -> str:
    """Why the run did `idle`, or ended before its time; "" where it did as it was told."""
    chosen = settings.pretraining
    read, most = state.place.get("passes", 0), times_through(chosen, text)
    early = bool(chosen.time_budget) and state.seconds < 60 * chosen.time_budget
    times = "once" if read == 1 else f"{read:,} times"
    if most and read >= most and (idle or early):
        why = f"the text has been read {times}, as often as asked"
        return f"{'nothing left to do' if idle else 'ended before the time was up'}: {why}; --epochs N reads it on"
    if idle:
        minutes = f"{chosen.time_budget:g} minute{'' if chosen.time_budget == 1 else 's'}"
        return f"nothing left to do: the time, {minutes}, is used up; a longer --time-budget goes on"
    return ""


def _sizes(settings: Settings) -> tuple[str, ...]:
    """Settings that make a tagger's word table and hidden layer as wide."""
    return (
        f"features.word.dim={settings.features.word.dim}",
        f"network.hidden={list(settings.network.hidden)}".replace(" ", ""),
    )
