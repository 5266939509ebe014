"""Several saved models to one: a vote on every label, which the decoders then read like a single model's scores.

Heads that score each token alone: the mean of the models' label probabilities (word and tags-margin: softmax of the
scores; squared-error: sigmoid outputs divided by their sum). Sentence-level heads: the mean of their scores of words
and of transitions, before the best path is looked for: exp(score) of a path is then the geometric mean of what the
models make of it, and one Viterbi pass finds the best. (The mean of the probabilities of whole paths has no such
recursion.) Probabilities of tags and spans follow from these means. Labels meet by name, in the first model's order.
Scorers: the mean of their scores, which their margins keep on one scale where these are the same.

Temperatures have no part in the vote, so that calibrating a model changes no tag. What was voted is divided by their
geometric mean: a model that votes with itself says what it says alone, and other models are close enough to it. (Of
two models of CoNLL-2003, both at 1.46 to 1.49, that is where the likelihood of eng.testa is highest within 0.06 for
chunks and entities, 1.4 for POS; left at 1, the calibration error is nearly that of one model.)
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ModelError, SettingsError
from tagger.inference.decoding import path_terms
from tagger.inference.first_layer import weight
from tagger.inference.form_table import BYTES_A_FORM
from tagger.inference.runtime import DEFAULT_MEMORY, Remembered, Runtime
from tagger.saved import SavedModel, TaskDescription

Array = NDArray[np.float32]
Numbers = NDArray[np.intp]

LABELS_SHOWN = 5
"""How many of the labels that one model has and another has not are named; the rest are counted."""


class Ensemble:
    """Models that vote, with the interface of `Runtime`: `columns`, `remembered` and `scores`, of the chosen tasks."""

    def __init__(
        self,
        models: Sequence[SavedModel],
        *,
        names: Sequence[str],
        tasks: Sequence[str] | None = None,
        memory: int = DEFAULT_MEMORY,
    ) -> None:
        """`names` of the models for errors; `memory` in bytes for all tables of forms together.

        Raises ModelError where a task differs between the models, SettingsError for a task that the first has not.
        """
        self.tasks = common_tasks(models, names, tasks)
        self._runtimes, self._orders = [], []
        for model, name, share in zip(models, names, memory_shares(models, memory), strict=True):
            with named(name):
                self._runtimes.append(Runtime(model, memory=share))
            own = {task.name: task.labels for task in model.tasks}
            self._orders.append({task.name: _places(task.labels, own[task.name]) for task in self.tasks})
        self.remembered = tuple(dict.fromkeys(task for one in self._runtimes for task in one.remembered))
        ends = np.cumsum([len(task.labels) for task in self.tasks]).tolist()
        self.columns = {
            task.name: slice(end - len(task.labels), end) for task, end in zip(self.tasks, ends, strict=True)
        }
        self.decoding = self._for_decoders(models, names)

    def scores(self, sentences: Sequence[Sequence[str]], memory: Remembered | None = None) -> Array:
        """The vote on all labels for all tokens in order; `columns` has the part of each task.

        memory: what is remembered of each token, by task. Tasks that score each token alone: logs of the mean
        probabilities. Shapes: result [N, sum of K].
        """
        found = [runtime.scores(sentences, memory) for runtime in self._runtimes]
        result = np.empty((len(found[0]), sum(len(task.labels) for task in self.tasks)), np.float32)
        for task in self.tasks:
            parts = [
                np.ascontiguousarray(scores[:, runtime.columns[task.name]][:, order[task.name]])
                for scores, runtime, order in zip(found, self._runtimes, self._orders, strict=True)
            ]  # each [N, K]
            result[:, self.columns[task.name]] = vote(parts, task.objective)
        return result

    def _for_decoders(self, models: Sequence[SavedModel], names: Sequence[str]) -> SavedModel:
        """What the decoders are built from: the tasks, and the mean transition scores of the sentence-level ones."""
        means, tasks = {}, []
        for task in self.tasks:
            if task.objective == "sentence":
                key, labels, tables = f"heads.{task.name}.transitions", len(task.labels), []
                for model, name, order in zip(models, names, self._orders, strict=True):
                    with named(name):
                        table = weight(model, key, labels + 1, labels)
                    places = order[task.name]
                    tables.append(table[np.append(places, labels)][:, places])
                means[key] = _mean(tables)
            log_probabilities = "word"  # whatever the models' objective, this is how the vote is to be read
            kept = task.objective == "sentence" or task.is_scorer
            task = replace(task, temperature=_temperature(models, task.name))
            tasks.append(task if kept else replace(task, objective=log_probabilities))
        return replace(models[0], tasks=tuple(tasks), weights=means)


def vote(parts: Sequence[Array], objective: str) -> Array:
    """One array of scores for those of several models. Shapes: parts [N, K] each; result [N, K]."""
    if objective in ("sentence", "margin"):
        return _mean(parts)
    logs = [_log_softmax(path_terms(part, objective)) for part in parts]
    top = np.maximum.reduce(logs)
    total = np.exp(logs[0] - top)
    for log in logs[1:]:
        total += np.exp(log - top)
    result: Array = top + np.log(total / np.float32(len(logs)))
    return result


def memory_shares(models: Sequence[SavedModel], memory: int) -> list[int]:
    """Bytes for each model, so that all can keep the same number of forms: what they see is the same."""
    sizes = []
    for model in models:
        units = sum(model.network.hidden[:1]) * model.network.sums
        sizes.append(4 * model.network.window * units + BYTES_A_FORM)
    return [memory * size // sum(sizes) for size in sizes]


def common_tasks(
    models: Sequence[SavedModel], names: Sequence[str], chosen: Sequence[str] | None = None
) -> tuple[TaskDescription, ...]:
    """The tasks that the models vote on, as the first describes them: all of its tasks, or the `chosen`.

    Raises ModelError, naming the model, the task and what differs; SettingsError for a task that the first has not.
    """
    first = {task.name: task for task in models[0].tasks}
    for name in chosen or ():
        if name not in first:
            raise SettingsError("task", f"one of {', '.join(first)}", repr(name))
    tasks = tuple(first[name] for name in (first if chosen is None else chosen))
    for model, name in zip(models[1:], names[1:], strict=True):
        known = {task.name: task for task in model.tasks}
        wanted = [task.name for task in tasks]
        if (chosen is None and set(known) != set(wanted)) or not set(wanted) <= set(known):
            shared = ", ".join(task for task in first if task in known) or "none"
            raise ModelError(
                f"expected the tasks of {names[0]} ({', '.join(wanted)}), found {', '.join(known)}",
                where=name,
                hint=f"Only tasks that all models have can be chosen with --task; these two share: {shared}.",
            )
        for task in tasks:
            _check_same(task, known[task.name], names[0], name)
    return tasks


@contextmanager
def named(name: str) -> Iterator[None]:
    """Inside the block a ModelError without a place says that it is about the model `name`."""
    try:
        yield
    except ModelError as error:
        error.where = error.where or name
        raise


def _check_same(task: TaskDescription, other: TaskDescription, first: str, name: str) -> None:
    """Raises ModelError where two models' heads for one task cannot vote together."""
    differences = {
        "objective": (task.objective, other.objective),
        "scheme": (task.scheme, other.scheme),
        "labels": (_only_in(task, other), _only_in(other, task)),
    }
    for what, (expected, found) in differences.items():
        if expected != found:
            if what == "labels":
                expected, found = f"with {expected or 'no other'}", f"{found or 'no other'} instead"
            raise ModelError(
                f"expected the {what} of {task.name} as in {first} ({expected}), found {found}",
                where=name,
                hint="An ensemble averages models with the same heads; --task chooses among the tasks.",
            )


def _temperature(models: Sequence[SavedModel], name: str) -> float:
    """The geometric mean of the temperatures that the models have for one task."""
    own = [task.temperature for model in models for task in model.tasks if task.name == name]
    return math.prod(own) ** (1 / len(own))


def _only_in(task: TaskDescription, other: TaskDescription) -> str:
    """The labels that `task` alone has, the rest of many counted."""
    more = sorted(set(task.labels) - set(other.labels))
    rest = len(more) - LABELS_SHOWN
    return ", ".join(more[:LABELS_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _places(labels: Sequence[str], own: Sequence[str]) -> Numbers:
    """Where each of `labels` stands in `own`."""
    rows = {label: row for row, label in enumerate(own)}
    return np.array([rows[label] for label in labels], np.intp)


def _log_softmax(terms: Array) -> Array:
    """The log probabilities of the labels; all finite. Shapes: terms and result [N, K]."""
    shifted = terms - terms.max(axis=1, keepdims=True)
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def _mean(parts: Sequence[Array]) -> Array:
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    total /= np.float32(len(parts))
    return total
