"""What a model finds in old and in new data before and after a fine-tuning: counts a sentence, then a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.errors import SettingsError, TaggerError
from tagger.evaluation.intervals import SentenceCounts, change, interval, sentence_counts
from tagger.inference.tagger import Tagger
from tagger.recipes.finetune_data import FinetuneData, fits
from tagger.recipes.finetune_settings import Request
from tagger.recipes.gold import Gold, gold_of_corpora, gold_tags, model_settings, origins_of, read_gold
from tagger.recipes.training_data import TrainingData
from tagger.records import FinetuneRow
from tagger.saved import SavedModel, TaskDescription
from tagger.text.memory import document_runs
from tagger.text.prepared import fingerprint_of
from tagger.text.schemes import NONE
from tagger.weights_file import read_weights

BEFORE = "before.safetensors"
"""In a model folder: DATA/TASK -> what the model that it started from found in each sentence of the table's data."""

OLD, NEW = "old", "new"


@dataclass(frozen=True, slots=True)
class Measured:
    """Gold sentences and the tasks to measure on them; each task's column is that of these data."""

    kind: str  # OLD or NEW
    gold: Gold
    tasks: tuple[TaskDescription, ...]

    @property
    def fingerprints(self) -> dict[str, str]:
        """DATA/TASK -> the fingerprint of the sentences, for each task."""
        fingerprint = fingerprint_of(self.gold.sentences)
        return {f"{self.kind}/{task.name}": fingerprint for task in self.tasks}


def new_data(data: FinetuneData) -> list[Measured]:
    """The development sentences of what is learnt."""
    return _of_corpora(NEW, data.new)


def old_data(request: Request, data: FinetuneData, known: Sequence[TaskDescription]) -> list[Measured]:
    """The data that show what was forgotten: those the user names, those rehearsed, or those of the model itself.

    Raises TaggerError where there are none that can be read.
    """
    tasks = [task for task in known if not task.is_scorer]
    if not tasks:
        raise TaggerError("it had no tasks that tag", where=str(request.model))
    if request.old:
        origin = origins_of(tasks, model_settings(request.model), given=True)[0][0]
        gold = read_gold(origin, request.old, join=(), split="dev")
        measured = _with_columns(gold, tasks)
        if not measured:
            columns = ", ".join(dict.fromkeys(task.column for task in tasks))
            found = ", ".join(gold.schemes) or "none"
            raise SettingsError("--old", f"a tag column of the model's tasks ({columns})", found)
        return measured
    if data.old and data.old.corpora[0].dev:
        return _of_corpora(OLD, data.old)
    own = model_settings(request.model)
    return [
        measured
        for origin, group in origins_of(tasks, own, given=False)
        for measured in _with_columns(read_gold(origin, (), join=(), split="dev"), group)
    ]


def _with_columns(gold: Gold, tasks: Sequence[TaskDescription]) -> list[Measured]:
    """The data with those of the tasks whose column they have; none without any."""
    here = [task for task in tasks if task.column in gold.schemes and fits(task, gold.schemes[task.column])]
    return [Measured(OLD, gold, tuple(here))] if here else []


def _of_corpora(kind: str, data: TrainingData) -> list[Measured]:
    return [Measured(kind, part.gold, part.tasks) for part in gold_of_corpora(data)]


def count(model: SavedModel, data: Sequence[Measured]) -> dict[str, SentenceCounts]:
    """What `model` finds in each sentence of `data`, DATA/TASK -> [sentences, 3]; nothing of tasks that it has not."""
    own = {task.name for task in model.tasks}
    counts: dict[str, SentenceCounts] = {}
    for measured in data:
        tasks = [task for task in measured.tasks if task.name in own]
        if not tasks:
            continue
        tagger = Tagger(model, tasks=[task.name for task in tasks])
        tokens = [sentence.tokens for sentence in measured.gold.sentences]
        runs = document_runs(measured.gold.sentences)
        tagged = [sentence.tags for sentence in tagger.tag_sentences(tokens, documents=runs)]
        for task in tasks:
            found = [tags[task.name] for tags in tagged]
            gold = gold_tags(task, measured.gold)
            counts[f"{measured.kind}/{task.name}"] = sentence_counts(gold, found, scheme=task.scheme)
    return counts


def rows_of(
    data: Sequence[Measured],
    before: Mapping[str, NDArray[np.int64]],
    after: Mapping[str, NDArray[np.int64]],
) -> tuple[FinetuneRow, ...]:
    """The lines of the table; a task that the model had not yet has nothing before."""
    rows = []
    for measured in data:
        for task in measured.tasks:
            key = f"{measured.kind}/{task.name}"
            first, last = before.get(key), after[key]
            rows.append(
                FinetuneRow(
                    data=measured.kind,
                    name=measured.gold.name,
                    task=task.name,
                    score="accuracy" if task.scheme == NONE else "f1",
                    sentences=len(last),
                    before=None if first is None else interval(first),
                    after=interval(last),
                    change=None if first is None else change(first, last),
                )
            )
    return tuple(rows)


def read_before(folder: Path) -> dict[str, NDArray[Any]]:
    """The counts that the run in `folder` took before it began."""
    return read_weights(folder / BEFORE)
