"""Labels of new data beside those of a model: which are new, and which look like an old one under another name."""

from collections.abc import Iterable, Sequence

from tagger.saved import TaskDescription
from tagger.text.schemes import NONE, OUTSIDE, split_tag

LEAST_COMMON = 3
"""Letters that an abbreviation shares with what it stands for: PER and person, LOC and location."""


def grown_labels(old: Sequence[str], *found: Iterable[str]) -> tuple[str, ...]:
    """The old labels in their order, then those that only the data have, in alphabetical order a corpus."""
    labels = dict.fromkeys(old)
    for more in found:
        labels |= dict.fromkeys(sorted(set(more)))
    return tuple(labels)


def types_of(labels: Iterable[str], scheme: str) -> list[str]:
    """What people call the labels: the types of spans, each once, or the tags themselves."""
    if scheme == NONE:
        return list(dict.fromkeys(labels))
    marks = [split_tag(label) for label in labels if label != OUTSIDE]
    return list(dict.fromkeys(mark[1] for mark in marks if mark is not None))


def new_types(
    known: Iterable[TaskDescription], tasks: Iterable[TaskDescription]
) -> dict[str, tuple[str, ...]]:
    """Task -> what is new among its labels: types of spans, or tags; tasks without any are left out."""
    before = {task.name: types_of(task.labels, task.scheme) for task in known}
    new = {
        task.name: tuple(t for t in types_of(task.labels, task.scheme) if t not in before.get(task.name, ()))
        for task in tasks
        if not task.is_scorer
    }
    return {name: types for name, types in new.items() if types}


def label_notes(before: TaskDescription, found: Iterable[str]) -> list[str]:
    """Notes on the labels `found` in the new data of a task: those that are new, those that may be old ones renamed."""
    here = types_of(found, before.scheme)
    old = types_of(before.labels, before.scheme)
    new = sorted(set(here) - set(old))
    if not new:
        return []
    notes = [f"{before.name}: labels that the model does not have yet: {', '.join(new)}"]
    for label in new:
        twin = next((known for known in old if _alike(label, known) and known not in here), None)
        if twin is not None:
            change = f"{before.column}:{label}={twin}"
            notes.append(
                f"{before.name}: {label} looks like the model's {twin}; --map {change} makes them one"
            )
    return notes


def _alike(label: str, known: str) -> bool:
    """Whether two names differ in case and punctuation alone, or one begins with the other."""
    one, other = ("".join(c for c in name.casefold() if c.isalnum()) for name in (label, known))
    short = min(one, other, key=len)
    return one == other or (len(short) >= LEAST_COMMON and one.startswith(short) and other.startswith(short))
