"""How a fine-tuning began, kept in the facts of its run, so that it can go on without its model."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tagger.errors import ModelError
from tagger.saved import RUN, WEIGHTS, SavedModel, TaskDescription, read_model

KEY = "finetune"
"""Of the facts in RUN."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a run has to remember."""

    model: str
    weights: str  # SHA-256 of the model's file of weights
    rate: float  # that the model was trained with before any fine-tuning
    known: tuple[TaskDescription, ...]  # the tasks of the model
    learn: tuple[str, ...]  # tasks that learn from the new data
    old: tuple[str, ...]  # data named to show what was forgotten
    measured: dict[str, str]  # DATA/TASK of the table -> fingerprint of the data
    new_words: int
    chosen: tuple[str, ...]  # what was chosen by size and coverage of the new data, and why
    notes: tuple[str, ...]  # what could not be measured
    score: float | None = None  # of the model, as epochs are scored; None: it lacks a task that decides


def read_beginning(folder: Path) -> Beginning | None:
    """How the fine-tuning in `folder` began; None where none did. Raises ModelError where its facts are damaged."""
    path = folder / RUN
    try:
        facts = json.loads(path.read_text(encoding="utf-8")).get(KEY)
        if facts is None:
            return None
        known = tuple(TaskDescription(**{**t, "labels": tuple(t["labels"])}) for t in facts.pop("known"))
        plain: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in facts.items()}
        return Beginning(known=known, **plain)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"expected the facts of a fine-tuning, found {error}"
        raise ModelError(problem, where=str(path), hint="The model is damaged.") from error


def digest_of(model: Path) -> str:
    """The SHA-256 of the model's weights. Raises ModelError where there are none."""
    try:
        return hashlib.sha256((model / WEIGHTS).read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"expected the file {WEIGHTS}, found none", where=str(model)) from error


def same_model(start: Beginning) -> SavedModel:
    """The model that the run began with. Raises ModelError where it is no longer there, or has other weights."""
    model = Path(start.model)
    if digest_of(model) != start.weights:
        raise ModelError(
            "expected the model that this run started from, found another",
            where=start.model,
            hint="The run distils from that model: put it back, or fine-tune again.",
        )
    return trainable_part(read_model(model))


def trainable_part(saved: SavedModel) -> SavedModel:
    """The model without the heads of tasks that have no tag column: labels can neither train nor score them.

    Such is the scorer that `tagger pretrain` trains on raw text.
    """
    gone = tuple(f"heads.{task.name}." for task in saved.tasks if not task.column)
    weights = {name: array for name, array in saved.weights.items() if not name.startswith(gone)}
    return replace(saved, tasks=tuple(task for task in saved.tasks if task.column), weights=weights)
