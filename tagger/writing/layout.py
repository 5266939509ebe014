"""What is written of tagged sentences: tasks, tags in which scheme, probabilities, names of added fields."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from tagger.inference.spans import TaggedSentence
from tagger.text.schemes import IOB2, IOBES, NONE, convert, join_tag, split_tag

UNTAGGED = "_"
"""Stands in a column where a token has no tag."""
ROW_ENDS = 100_000
"""Combinations of tags on one token that are kept; beyond them all are forgotten and collected anew."""

_IN_IOB2 = {"S": "B", "E": "I"}
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")

Mark = TypeVar("Mark", str, None)
Convert = Callable[[list[str]], list[str]]


class RowEnds(dict[tuple[str, ...], str]):
    """What follows a token in columns, by its tags (one of each task): made once, then looked up."""

    def __init__(self, separator: str, converters: Sequence[Convert]) -> None:
        """converters: of each task, from one tag to the tag that is written."""
        super().__init__()
        self._separator = separator
        self._converters = converters

    def __missing__(self, tags: tuple[str, ...]) -> str:
        if len(self) >= ROW_ENDS:
            self.clear()
        written = [convert([tag])[0] for convert, tag in zip(self._converters, tags, strict=True)]
        end = "".join(self._separator + tag for tag in or_else(written, UNTAGGED)) + "\n"
        self[tags] = end
        return end


@dataclass(frozen=True, slots=True)
class Layout:
    """What is written of each sentence."""

    tasks: tuple[str, ...]
    spans: tuple[str, ...] = ()  # those of the tasks whose tags mark spans
    to_scheme: dict[str, Convert] = field(default_factory=dict)  # tags of a task as they are written
    probabilities: bool = False
    prefix: str = ""  # stands before the name of each field that is added to a record
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of each task, in the model's order
    schemes: dict[str, str] = field(default_factory=dict)  # of the tags that tagging gives
    by_context: frozenset[str] = frozenset()  # tasks where the written tag depends on its neighbours
    row_ends: dict[str, RowEnds] = field(default_factory=dict)  # by the separator of columns

    def columns(self, tagged: Iterable[TaggedSentence]) -> list[Iterable[str]]:
        """A column of tags for each task, sentence after sentence: what `row_ends` are looked up by."""
        sentences = list(tagged)
        return [
            chain.from_iterable([self.to_scheme[task](s.tags[task]) for s in sentences])
            if task in self.by_context
            else chain.from_iterable([s.tags[task] for s in sentences])
            for task in self.tasks
        ]


def build_layout(
    tasks: Sequence[str],
    schemes: dict[str, str],
    labels: dict[str, Sequence[str]],
    *,
    scheme: str = IOB2,
    probabilities: bool = False,
    prefix: str = "",
) -> Layout:
    """The layout for `tasks` with their schemes and labels; spans are written in `scheme`."""
    converters = {task: _converter(schemes[task], scheme, labels[task]) for task in tasks}
    by_tag: list[Convert] = [converters[task] or list for task in tasks]
    return Layout(
        tasks=tuple(tasks),
        spans=tuple(task for task in tasks if schemes[task] != NONE),
        to_scheme={task: converters[task] or _by_spans(schemes[task], scheme) for task in tasks},
        probabilities=probabilities,
        prefix=prefix,
        labels={task: tuple(labels[task]) for task in tasks},
        schemes={task: schemes[task] for task in tasks},
        by_context=frozenset(task for task in tasks if converters[task] is None),
        row_ends={separator: RowEnds(separator, by_tag) for separator in ("\t", " ")},
    )


def or_else(tags: Sequence[str], mark: Mark) -> Sequence[str | Mark]:
    """The tags, with `mark` on tokens that were left untagged."""
    return tags if all(tags) else [tag or mark for tag in tags]


def to_bytes(text: str) -> bytes:
    """`text` as UTF-8; half of a surrogate pair, which JSON can escape and UTF-8 cannot hold, becomes U+FFFD."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _HALF_A_PAIR.sub("\ufffd", text).encode("utf-8")


def _converter(source: str, target: str, labels: Sequence[str]) -> Convert | None:
    """Turns tags of scheme `source` into `target` where each tag says enough of itself, else None.

    From IOBES to IOB2 it does, which is fast.
    """
    if source in (target, NONE):
        return list
    if (source, target) != (IOBES, IOB2):
        return None
    # "O" stands for a span that was left out too, even where the task has no such label
    marks = {label: split_tag(label) or ("O", "") for label in (*labels, "O")}
    table = {label: join_tag(_IN_IOB2.get(letter, letter), kind) for label, (letter, kind) in marks.items()}
    return lambda tags: list(map(table.__getitem__, tags))


def _by_spans(source: str, target: str) -> Convert:
    return lambda tags: convert(tags, source, target)
