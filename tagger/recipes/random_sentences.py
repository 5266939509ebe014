"""Sentences put together at random, with tags that their schemes allow: stand-ins for data that are not at hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tagger.recipes.training_data import LoadedCorpus, TrainingData
from tagger.saved import TaskDescription
from tagger.text.schemes import OUTSIDE, allowed_transitions
from tagger.text.sentences import Sentence

LONGEST = 9
"""Words of a random sentence; the shortest has two."""


def random_data(
    forms: Sequence[str], tasks: Sequence[TaskDescription], sentences: int, draw: np.random.Generator
) -> TrainingData:
    """One corpus of so many sentences of random `forms`; each task has a column of its own, under its name."""
    own = tuple(replace(task, column=task.name) for task in tasks)
    train = [_sentence(forms, own, draw) for _ in range(sentences)]
    corpus = LoadedCorpus(train, [], {task.column: task.scheme for task in own}, fingerprint="")
    return TrainingData([corpus], own, {task.name: 0 for task in own})


def random_tags(task: TaskDescription, length: int, draw: np.random.Generator) -> list[str]:
    """A sequence of the task's labels, each drawn from those after which its scheme can still end the sentence.

    Where no sequence of that length is allowed, labels are drawn without regard to the scheme. A scorer's are its label
    and another one.
    """
    if task.is_scorer:
        own = task.labels[0] or "X"
        return [str(tag) for tag in draw.choice([own, OUTSIDE if own != OUTSIDE else "X"], length)]
    start, pairs, end = allowed_transitions(task.labels, task.scheme)
    endings = [end]  # [K] each, last word first: labels from which the end can be reached
    for _ in range(length - 1):
        endings.append(np.any(pairs & endings[-1], axis=1))
    allowed: NDArray[np.bool_] = start
    tags = []
    for ending in reversed(endings):
        choices = np.flatnonzero(allowed & ending)
        label = int(draw.choice(choices if len(choices) else len(task.labels)))
        tags.append(task.labels[label])
        allowed = pairs[label]
    return tags


def _sentence(forms: Sequence[str], tasks: Sequence[TaskDescription], draw: np.random.Generator) -> Sentence:
    length = int(draw.integers(2, LONGEST + 1))
    tokens = [forms[number] for number in draw.integers(len(forms), size=length)]
    return Sentence(tokens, {task.column: random_tags(task, length, draw) for task in tasks})
