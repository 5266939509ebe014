"""Raw text, a vocabulary file or an earlier run to the words of a pretraining and their counts."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.config import Settings
from tagger.errors import ModelError, SettingsError
from tagger.saved import RUN, SavedModel, TaskDescription, read_model
from tagger.text.features import Feature, FormFeatures
from tagger.text.text_sources import RawText
from tagger.text.vocabulary import Vocabulary
from tagger.text.word_counts import count_words, read_vocabulary, vocabulary, vocabulary_text
from tagger.training.engines import Engine

WORDS = "words.tsv"
"""In the folder of a pretrained model: its words with their counts, in row order, as a vocabulary file."""


TEXT = TaskDescription("text", "", "none", "margin", ("",))
"""The scorer of windows of raw text."""


@dataclass(frozen=True, slots=True)
class PretrainingWords:
    """The words of the table in row order, and how often each occurs (each 1 where that is not known)."""

    words: tuple[str, ...]
    counts: NDArray[np.int64]  # [words]
    tokens: int  # of the text, with words that have no row; of a list with counts their sum; 0: not known
    counted: bool  # whether this run has counted the text
    known: int = 0  # tokens among these whose word the starting model has

    def dump(self) -> str:
        """The text of WORDS."""
        return vocabulary_text(dict(zip(self.words, self.counts.tolist(), strict=True)))


def load_words(
    settings: Settings,
    text: RawText,
    run: Path | None,
    note: Callable[[str], None],
    progress: Callable[[int], None] | None = None,
    source: SavedModel | None = None,
) -> PretrainingWords:
    """The words that the settings ask for: of the run that goes on, of a vocabulary file, or of the text, counted.

    The words of `source`, the model to start from, come first, in its order and all of them, however rare in the text
    (the growing dictionaries of Collobert et al. 2011, section 4.4).
    """
    chosen, word = settings.pretraining, settings.features.word
    spelling = {"lowercase": word.lowercase, "fold_digits": word.fold_digits}
    if run is not None:
        return words_of_run(run)
    if chosen.vocabulary:
        listed = read_vocabulary(chosen.vocabulary, **spelling)
        counts, tokens, counted = listed, sum(listed.values()), False
        kept = list(listed)[: chosen.max_words]
        if not tokens:
            note(f"{chosen.vocabulary} has no counts: every word corrupts, and stands in the centre, alike")
    else:
        note("counting words ...")
        found = count_words(text, **spelling, processes=settings.training.threads, progress=progress)
        counts, tokens, counted = found.counts, found.tokens, True
        kept = list(vocabulary(counts, max_words=chosen.max_words, min_count=chosen.min_count))
        if not kept:
            most = f"{max(counts.values()):,} or less: no word of the text occurs more often"
            raise SettingsError("pretraining.min_count", most, str(chosen.min_count))
        covered = sum(counts[item] for item in kept)
        note(
            f"{tokens:,} tokens, {len(counts):,} distinct words; {len(kept):,} with a row of their own "
            f"({100 * covered / tokens:.2f}% of the tokens)"
        )
        if found.skipped:
            lines = (
                "1 line that is no text was"
                if found.skipped == 1
                else f"{found.skipped:,} lines that are no text were"
            )
            note(f"{lines} left out")
        if found.pruned_below:
            note(f"rare words were dropped while counting: counts below {found.pruned_below:,} are not exact")
    known = 0
    if source:
        first = source.features.vocabularies["word"].items
        known = sum(counts.get(item, 0) for item in first)
        there = set(first)
        new = [item for item in kept if item not in there]
        note(f"{chosen.start}: {len(first):,} words keep their rows, {len(new):,} are new")
        kept = [*first, *new][: max(chosen.max_words, len(first))]
    return replace(_gathered(kept, counts, tokens, counted=counted), known=known)


def shared_words(engine: Engine, load: Callable[[], PretrainingWords]) -> PretrainingWords:
    """What `load` gives in the first of several processes, which alone counts."""

    def plain() -> dict[str, Any]:
        words = load()
        return {**asdict(words), "counts": words.counts.tolist()}

    if engine.share.count == 1:
        return load()
    told = engine.from_first(plain)
    return PretrainingWords(
        **{**told, "words": tuple(told["words"]), "counts": np.array(told["counts"], np.int64)}
    )


def word_features(settings: Settings, words: PretrainingWords) -> FormFeatures:
    """The word as the one feature of a form."""
    word = settings.features.word
    feature = Feature(
        "word",
        word.dim,
        lowercase=word.lowercase,
        fold_digits=word.fold_digits,
        min_count=settings.pretraining.min_count,
    )
    return FormFeatures([feature], None, {"word": Vocabulary(words.words)})


def _gathered(items: list[str], counts: dict[str, int], tokens: int, *, counted: bool) -> PretrainingWords:
    known = np.array([counts.get(item, 0) for item in items], dtype=np.int64)
    # without counts, and for a word of the starting model that the text has not: as if seen once
    return PretrainingWords(tuple(items), np.maximum(known, 1), tokens, counted)


def words_of_run(run: Path) -> PretrainingWords:
    """The words that the pretraining in the folder `run` wrote down. Raises ModelError where it did not."""
    path = run / WORDS
    try:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        pairs = [line.rsplit("\t", 1) for line in lines]
        path = run / RUN
        (facts,) = json.loads(path.read_text(encoding="utf-8"))["data"]
        counts = np.array([int(count) for _, count in pairs], dtype=np.int64)
        return PretrainingWords(tuple(word for word, _ in pairs), counts, facts["tokens"], facts["counted"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "The model is damaged, or `tagger pretrain` did not write it."
        raise ModelError(
            f"expected the words of a pretraining, found {error}", where=str(path), hint=hint
        ) from error


def starting_model(settings: Settings) -> SavedModel | None:
    """The model that the settings start from; None where they name none.

    Raises ModelError where it was not pretrained on raw text, SettingsError where its words are spelt otherwise or its
    layers are of other sizes.
    """
    start, word = settings.pretraining.start, settings.features.word
    if not start:
        return None
    model = read_model(Path(start))
    if TEXT.name not in [task.name for task in model.tasks if not task.column]:
        tasks = ", ".join(task.name for task in model.tasks)
        hint = (
            "To start from the vectors of another model, name them as features.word.vectors, "
            f"after `tagger info {start} --export-vectors FILE`."
        )
        raise ModelError(
            f"expected a model of `tagger pretrain`, found one of {tasks}", where=start, hint=hint
        )
    other = next(feature for feature in model.features.features if feature.name == "word")
    for name, own, found in (
        ("features.word.dim", word.dim, other.dim),
        ("features.word.lowercase", word.lowercase, other.lowercase),
        ("features.word.fold_digits", word.fold_digits, other.fold_digits),
        ("network.hidden", list(settings.network.hidden), list(model.network.hidden)),
    ):
        if own != found:
            raise SettingsError(name, f"{found}, as {start} has it", str(own))
    return model
