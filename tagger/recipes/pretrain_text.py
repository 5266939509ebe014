"""Settings and raw text to what a pretraining learns from, and to the callback that scores held-out windows of it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import numpy as np
from numpy.typing import NDArray

from tagger.config import PretrainingSettings, Settings
from tagger.errors import SettingsError
from tagger.network.window_network import WindowNetwork
from tagger.recipes.pretrain_words import TEXT, PretrainingWords
from tagger.records import Evaluation
from tagger.text.features import normalize_word
from tagger.text.raw_text import read_paragraphs
from tagger.text.text_chunks import CHUNK_WORDS, HELD_OUT_EVERY, ChunkPlan, held_out_sentences
from tagger.text.text_sources import RawText, find_text
from tagger.text.vocabulary import PADDING, UNKNOWN
from tagger.training.corruption import Corruption, centre_chances
from tagger.training.engines import is_first, own_threads
from tagger.training.loop import TrainingState
from tagger.training.text_lessons import TextLessons, TextPlan
from tagger.training.text_ranking import HeldOut, held_out_windows, ranking_accuracy, relative_rank


def text_of(chosen: PretrainingSettings) -> RawText:
    """The text that the settings name. Raises TaggerError where it is not there, or would be read twice and cannot."""
    text = find_text(
        chosen.text,
        column=chosen.column,
        split=chosen.split,
        config=chosen.config,
        streaming=chosen.streaming,
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
    if text.column:
        next(read_paragraphs(text), None)  # whether there is such a data set, split and column
    return text


def times_through(chosen: PretrainingSettings, text: RawText) -> int:
    """How often the text is gone through at most; 0: as often as the time budget allows."""
    return chosen.epochs or (0 if chosen.time_budget and not text.has_stdin else 1)


@contextmanager
def opened_lessons(
    settings: Settings,
    text: RawText,
    words: PretrainingWords,
    state: TrainingState,
    note: Callable[[str], None],
) -> Iterator[tuple[TextLessons, HeldOut, str]]:
    """The lessons of the text for the processes of `state`, the windows held out of it, and why these are none.

    The first process alone has held-out windows. The reading process and the threads end with it.
    """
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
    corruption = Corruption.of_counts(words.counts, chosen.corruption_power)
    centres = centre_chances(words.counts, words.tokens, chosen.subsample if words.tokens else 0.0)
    engine, device = state.engine, state.generator.device
    sentences = held_out_sentences(chunks) if is_first(engine) else []
    held_out = held_out_windows(_rows_of(sentences, chunks), centres, reach, corruption)
    threads = own_threads(engine, settings.training.threads) if device.type == "cpu" else 1
    kept = float((words.counts * centres[UNKNOWN + 1 :]).sum()) / words.tokens if words.tokens else 1.0
    reason = "" if len(held_out.windows) else _unscored(chosen, text, held_out=bool(sentences))
    if reason:
        note(f"no score: {reason}")
    with ExitStack() as stack:
        lessons = TextLessons(
            TextPlan(
                chunks,
                corruption.to(device),
                centres,
                TEXT.name,
                settings.network.activation,
                passes=times_through(chosen, text),
                round_words=chosen.round_words,
                batch_windows=chosen.batch_windows,
                corruptions=chosen.corruptions,
                windows_a_word=kept,
                seconds=60.0 * chosen.time_budget,
                shards=threads,
                executor=stack.enter_context(ThreadPoolExecutor(threads)) if threads > 1 else None,
                engine=engine,
            )
        )
        stack.callback(lessons.close)
        yield lessons, held_out.to(device), reason


def _unscored(chosen: PretrainingSettings, text: RawText, *, held_out: bool) -> str:
    """Why there are no windows to score."""
    if not chosen.held_out_words:
        return "no text is held out (pretraining.held_out_words = 0)"
    if text.has_stdin:
        return "no text is held out, for standard input is read once"
    if held_out:
        return "no window of the held-out text was taken, as of its words none has a row or all are frequent"
    return f"no text is held out, for that takes {HELD_OUT_EVERY} paragraphs or more"


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


def held_out_scorer(network: WindowNetwork, held_out: HeldOut) -> Callable[[], Evaluation]:
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
