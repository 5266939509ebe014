"""Pretrain word vectors and a hidden layer on raw text: settings in, a model folder and its record out."""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tagger.config import PretrainingSettings, Settings
from tagger.errors import SettingsError, TaggerError
from tagger.network.window_network import WindowNetwork, initialise
from tagger.recipes.pretrain_settings import check_pretraining
from tagger.recipes.pretrain_words import WORDS, PretrainingWords, load_words, starting_model, word_features
from tagger.recipes.run_folder import RunFolder, peak_memory_mb
from tagger.recipes.train import begin, check_output
from tagger.recipes.transfer import TRANSFER, dump_transfer, transfer_layers
from tagger.recipes.word_vectors import put_vectors, read_pretrained
from tagger.records import Evaluation, PretrainReport, Step
from tagger.reports.transfer import summary
from tagger.saved import SavedModel, TaskDescription
from tagger.text.features import normalize_word
from tagger.text.text_chunks import CHUNK_WORDS, ChunkPlan, held_out_sentences
from tagger.text.text_sources import RawText, find_text, fingerprint
from tagger.text.vocabulary import PADDING, UNKNOWN
from tagger.training.build import build_network, describe_network
from tagger.training.corruption import Corruption, centre_chances
from tagger.training.freezing import build_freezing
from tagger.training.loop import Plan, TrainingState, learn
from tagger.training.text_lessons import TextLessons, TextPlan
from tagger.training.text_ranking import HeldOut, held_out_windows, ranking_accuracy, relative_rank

TEXT = TaskDescription("text", "", "none", "margin", ("",))
"""The scorer of windows of raw text."""
ENDLESS = 1_000_000
"""Rounds at most, where the size of the text is not known beforehand."""


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
    saved. Ctrl-C keeps the last finished round. Raises TaggerError for settings or text that cannot be.
    """
    check_output(output, force=force, resume=resume)
    check_pretraining(settings)
    torch.set_num_threads(1)  # the parts of a step are what runs side by side
    text = _text_of(settings.pretraining)
    for line in text.notes:
        note(line)
    words = load_words(settings, text, output if resume else None, note, progress)
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
        _first_weights(settings, model, network, words, note)
    state = begin(settings, network)
    run = RunFolder(output, model, settings, facts=_facts(settings, text, words), forms=[], force=force)
    if resume:
        run.resume(state)
    with _material(settings, text, words, note) as (lessons, held_out):
        plan = _plan(settings, words)
        interrupted = _learn(learn(state, lessons, plan, _scorer(network, held_out)), run, state, observe)
    return _report(output, state, words, interrupted)


def _learn(
    steps: Iterator[Step], run: RunFolder, state: TrainingState, observe: Callable[[Step], None]
) -> bool:
    """Go through the steps and save each round; whether Ctrl-C ended it early."""
    try:
        for step in steps:
            if step.epoch_end:
                run.save(state, step)
            observe(step)
    except KeyboardInterrupt:
        if not run.started:
            raise
        return True
    except TaggerError as error:
        run.break_off(str(error))
        raise
    return False


def _text_of(chosen: PretrainingSettings) -> RawText:
    """The text that the settings name. Raises TaggerError where it is not there, or would be read twice and cannot."""
    text = find_text(
        chosen.text,
        column=chosen.column,
        split=chosen.split,
        line_breaks=chosen.line_breaks,
        on_error=chosen.on_error,
    )
    if text.has_stdin and (chosen.epochs > 1 or not chosen.vocabulary):
        expected = (
            "text that can be read again" if chosen.vocabulary else "text whose words can be counted first"
        )
        hint = (
            "Set it to 1, or save the text to a file."
            if chosen.vocabulary
            else "Name --vocabulary, or a file."
        )
        name = "pretraining.epochs" if chosen.vocabulary else "pretraining.text"
        raise SettingsError(name, expected, "standard input", hint)
    return text


def _first_weights(
    settings: Settings,
    model: SavedModel,
    network: WindowNetwork,
    words: PretrainingWords,
    note: Callable[[str], None],
) -> None:
    """Random weights, then the vectors of a file or everything of a smaller model where the settings name one."""
    initialise(network, settings.network.initialiser, torch.Generator().manual_seed(settings.training.seed))
    vectors, source = read_pretrained(settings.features.word, words.words, note), starting_model(settings)
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
    model.extra_files[TRANSFER] = dump_transfer(report)
    note(summary(report))


@contextmanager
def _material(
    settings: Settings, text: RawText, words: PretrainingWords, note: Callable[[str], None]
) -> Iterator[tuple[TextLessons, HeldOut]]:
    """The lessons of the text and the windows held out of it; the reading process and the threads end with it."""
    chosen, word = settings.pretraining, settings.features.word
    reach = settings.network.window // 2
    rows = {item: row for row, item in enumerate(words.words, UNKNOWN + 1)}
    chunks = ChunkPlan(
        text,
        rows,
        reach,
        lowercase=word.lowercase,
        fold_digits=word.fold_digits,
        chunk_words=min(CHUNK_WORDS, chosen.round_words),
        held_out_words=0 if text.has_stdin else chosen.held_out_words,
    )
    if text.has_stdin and chosen.held_out_words:
        note("standard input is read once: no text is held out, so there is no score")
    corruption = Corruption.of_counts(words.counts, chosen.corruption_power)
    centres = centre_chances(words.counts, words.tokens, chosen.subsample)
    held_out = held_out_windows(_rows_of(held_out_sentences(chunks), chunks), centres, reach, corruption)
    threads = settings.training.threads
    kept = float((words.counts * centres[UNKNOWN + 1 :]).sum()) / words.tokens
    with ExitStack() as stack:
        lessons = TextLessons(
            TextPlan(
                chunks,
                corruption,
                centres,
                TEXT.name,
                settings.network.activation,
                passes=chosen.epochs,
                round_words=chosen.round_words,
                batch_windows=chosen.batch_windows,
                corruptions=chosen.corruptions,
                windows_a_word=kept,
                seconds=60.0 * chosen.time_budget,
                shards=threads,
                executor=stack.enter_context(ThreadPoolExecutor(threads)) if threads > 1 else None,
            )
        )
        stack.callback(lessons.close)
        yield lessons, held_out


def _rows_of(sentences: list[list[str]], chunks: ChunkPlan) -> NDArray[np.int64]:
    """Rows of the sentences as a chunk has them. Shape: [M], int64."""
    gap = [PADDING] * chunks.reach
    found = gap.copy()
    for sentence in sentences:
        for form in sentence:
            item = normalize_word(form, lowercase=chunks.lowercase, fold_digits=chunks.fold_digits)
            found.append(chunks.rows.get(item, UNKNOWN))
        found += gap
    return np.array(found, dtype=np.int64)


def _scorer(network: WindowNetwork, held_out: HeldOut) -> Callable[[], Evaluation]:
    """Scores of the held-out windows; none without such windows."""

    def score() -> Evaluation:
        if not len(held_out.windows):
            return Evaluation()
        accuracy = ranking_accuracy(network, TEXT.name, held_out)
        scores = {
            f"{TEXT.name}.ranking_accuracy": accuracy,
            f"{TEXT.name}.relative_rank": relative_rank(network, TEXT.name, held_out),
        }
        return Evaluation(scores, accuracy)

    return score


def _plan(settings: Settings, words: PretrainingWords) -> Plan:
    """What the loop is to do: rounds until the text or the time is used up."""
    chosen, training = settings.pretraining, settings.training
    rounds = math.ceil(words.tokens * chosen.epochs / chosen.round_words)
    return Plan(
        epochs=max(rounds, 1) if words.counted else ENDLESS,
        batch_words=training.batch_words,
        patience=training.patience,
        rate=settings.optimizer.rate,
        clip=settings.optimizer.clip,
        unknown_rate=0.0,
        schedule=settings.schedule,
        weights={TEXT.name: 1.0},
        l1=settings.optimizer.l1,
        l2=settings.optimizer.l2,
        penalize_lookups=settings.optimizer.penalize_lookups,
        max_norm=settings.optimizer.max_norm,
        freezing=build_freezing(settings.transfer),
        activation=settings.network.activation,
    )


def _facts(settings: Settings, text: RawText, words: PretrainingWords) -> dict[str, Any]:
    """What `run.json` says about the text and the choices of a run."""
    return {
        "seed": settings.training.seed,
        "threads": settings.training.threads,
        "data": [
            {
                "tasks": [TEXT.name],
                "fingerprint": fingerprint(text),
                "summary": f"raw text of {words.tokens:,} tokens; {len(words.words):,} words with a row",
                "tokens": words.tokens,
                "counted": words.counted,
            }
        ],
    }


def _report(output: Path, state: TrainingState, words: PretrainingWords, interrupted: bool) -> PretrainReport:
    best = next((line for line in state.history if line["epoch"] == state.best_epoch), None)
    return PretrainReport(
        folder=output,
        rounds=state.epoch,
        best_round=state.best_epoch,
        scores=best["dev"] if best else {},
        words=state.place.get("words", 0),
        windows=state.place.get("windows", 0),
        vocabulary=len(words.words),
        seconds=state.seconds,
        peak_memory_mb=peak_memory_mb(),
        interrupted=interrupted,
    )
