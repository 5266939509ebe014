"""Training data to the forms that carry several tags of a task, in a file of the model; and that file read again."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tagger.errors import ModelError
from tagger.evaluation.form_kinds import ambiguous_forms
from tagger.recipes.gold import known_forms
from tagger.recipes.training_data import TrainingData, task_tags
from tagger.saved import AMBIGUOUS, FORMS, TaskDescription


class TrainingForms(NamedTuple):
    """What is known of the forms of the training data of models that vote."""

    known: frozenset[str] | None  # None: a model does not say
    ambiguous: dict[
        str, frozenset[str]
    ]  # task -> those with several tags; not of a task of which a model says nothing


def forms_of_models(
    folders: Sequence[Path], tasks: Sequence[TaskDescription]
) -> tuple[TrainingForms, list[str]]:
    """The forms of all models' training data; notes on what a model does not say of the `tasks`."""
    known = [known_forms(folder) for folder in folders]
    merged = frozenset[str]().union(*(forms for forms in known if forms is not None))
    if None in known:
        place = _place(folders, known.index(None))
        return TrainingForms(None, {}), [f"no {FORMS} in {place}: which words are seen is unknown"]
    several = [known_ambiguous(folder) for folder in folders]
    notes = []
    if None in several and not all(task.is_scorer for task in tasks):
        place = _place(folders, several.index(None))
        notes = [f"no {AMBIGUOUS} in {place}: which words have several tags in training is unknown"]
    names = [task.name for task in tasks if all(own is not None and task.name in own for own in several)]
    ambiguous = {name: frozenset[str]().union(*(own[name] for own in several if own)) for name in names}
    return TrainingForms(merged, ambiguous), notes


def _place(folders: Sequence[Path], number: int) -> str:
    return "the model" if len(folders) == 1 else str(folders[number])


def dump_ambiguous(parts: Sequence[TrainingData]) -> str:
    """The text of the file AMBIGUOUS: task -> the forms with several tags in the training data of `parts`."""
    return _dumped({name: sorted(forms) for name, forms in _ambiguous(parts).items()})


def dump_grown(model: Path, parts: Sequence[TrainingData]) -> str | None:
    """The same after a model has learnt more: with the forms that it says itself, and None where it does not.

    A form that has one tag in the old data and another one in the new ones is missed where the old ones are not here.
    """
    before = known_ambiguous(model)
    if before is None:
        return None
    now = _ambiguous(parts)
    none: frozenset[str] = frozenset()
    return _dumped({name: sorted(before.get(name, none) | now.get(name, none)) for name in [*before, *now]})


def known_ambiguous(model: Path) -> dict[str, frozenset[str]] | None:
    """Task -> the forms with several tags in its training data, or None where the model does not say."""
    path = model / AMBIGUOUS
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ModelError(
            f"expected JSON, found {error}", where=str(path), hint="The model is damaged."
        ) from error
    if not isinstance(found, dict) or not all(_are_forms(forms) for forms in found.values()):
        raise ModelError("expected lists of strings by task, found another value", where=str(path))
    return {name: frozenset(forms) for name, forms in found.items()}


def _ambiguous(parts: Sequence[TrainingData]) -> dict[str, set[str]]:
    """Of each task that tags; a form with one tag in each of two corpora, but not the same, counts."""
    rows: dict[str, tuple[list[list[str]], list[list[str]]]] = {}
    for part in parts:
        for number, corpus in enumerate(part.corpora):
            for task in part.tasks_of(number):
                if not task.is_scorer:
                    tokens, tags = rows.setdefault(task.name, ([], []))
                    tokens += [sentence.tokens for sentence in corpus.train]
                    tags += task_tags(corpus.train, task, corpus.schemes[task.column])
    return {name: set(ambiguous_forms(*both)) for name, both in rows.items()}


def _dumped(forms: dict[str, list[str]]) -> str:
    return json.dumps(forms, ensure_ascii=False) + "\n"


def _are_forms(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(form, str) for form in value)
