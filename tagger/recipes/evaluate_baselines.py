"""A model's training data and gold data to the scores of baselines beside the model's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.analysis import Baseline
from tagger.config import DataSettings
from tagger.errors import SettingsError, TaggerError
from tagger.evaluation.intervals import by_document, change, interval, sentence_counts
from tagger.recipes.baselines import BASELINES, baseline_tags, check_baselines
from tagger.recipes.gold import (
    PLACES,
    Gold,
    GoldPart,
    fingerprint_of_tags,
    gold_tags,
    origins_of,
    read_as,
    read_gold,
)
from tagger.recipes.training_data import load_corpus
from tagger.saved import TaskDescription

Tags = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rivals:
    """Baselines by name, and the training data of each task."""

    names: tuple[str, ...]
    train: dict[str, Gold]  # task -> its training sentences
    note: Callable[[str], None]

    def of(
        self, task: TaskDescription, part: GoldPart, found: Tags, documents: NDArray[np.intp] | None
    ) -> tuple[Baseline, ...]:
        """The scores of all baselines of one task, and how far the model, which found `found`, is ahead.

        documents: as `document_numbers` gives them: what is resampled; None: sentences.
        """
        gold, train = gold_tags(task, part.gold), self.train[task.name]
        own = by_document(sentence_counts(gold, found, scheme=task.scheme), documents)
        known, results = gold_tags(task, train), []
        for name in self.names:
            tags = baseline_tags(
                name, train.sentences, known, part.gold.sentences, scheme=task.scheme, note=self.note
            )
            counts = by_document(sentence_counts(gold, tags, scheme=task.scheme), documents)
            data = f"{train.name}#{fingerprint_of_tags(train.sentences, known)}"
            results.append(Baseline(BASELINES[name].title, interval(counts), change(counts, own), data))
        return tuple(results)


def read_rivals(
    names: Sequence[str],
    tasks: Sequence[TaskDescription],
    settings: dict[str, Any],
    *,
    train: Sequence[str],
    reading: dict[str, Any],
    note: Callable[[str], None],
) -> Rivals | None:
    """The baselines of `tasks`; None without names.

    train: a prepared folder or files with the training data; none: those that the model's `settings` name.
    reading: what differs from how the model's settings read files, for `train` alone.
    Raises SettingsError for an unknown name or a missing package, TaggerError where the data cannot be read.
    """
    check_baselines(names)
    if train and not names:
        raise SettingsError("--train", "a baseline that learns from it (--baseline)", "none")
    if not names:
        return None
    found: dict[str, Gold] = {}
    for origin, group in origins_of(tasks, settings, given=bool(train)):
        gold = _read(origin, train, reading)
        for task in group:
            if task.column not in gold.schemes:
                columns = ", ".join(gold.schemes) or "none"
                raise TaggerError(f"expected the tag column {task.column}, found {columns}", where=gold.name)
            found[task.name] = gold
    return Rivals(tuple(dict.fromkeys(names)), found, note)


def _read(origin: DataSettings, train: Sequence[str], reading: dict[str, Any]) -> Gold:
    if train:
        own = {name: value for name, value in reading.items() if name not in PLACES}
        return read_gold(read_as(origin, own), train, join=(), split="train")
    hint = "Name the training data with --train."
    if not (origin.folder or origin.train or origin.dataset):
        raise SettingsError("data", "training data in the model's settings", "none", hint)
    try:
        corpus = load_corpus(origin)
    except TaggerError as error:
        raise TaggerError(error.problem, where=error.where, hint=hint) from error
    folder = origin.folder or origin.dataset
    name = (
        f"{folder}/{origin.split or 'train'}" if folder else " + ".join((*origin.train, *origin.join_train))
    )
    return Gold(name, corpus.train, corpus.schemes)
