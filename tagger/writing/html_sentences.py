"""A tagged sentence to HTML: its text with elements round spans, and the tags of single tokens under them.

Spans of one task do not overlap, those of two may cross. Elements of the first task are outermost; an element of a
further task that one of them would cut is closed and opened again, and its last part has the label.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from tagger.inference.spans import Span, TaggedSentence
from tagger.text.schemes import OUTSIDE
from tagger.writing.html_style import span_classes
from tagger.writing.layout import Layout

_SPECIAL = re.compile('[&<>"]')
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def escape(text: str) -> str:
    """`text` as it is written in an element or an attribute."""
    return text.translate(_ENTITIES) if _SPECIAL.search(text) else text


class SentenceWriter:
    """Writes sentences in one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._classes = span_classes(layout)
        self._plain = [task for task in layout.tasks if task not in layout.spans]
        self._elements = {task: "u" if level else "mark" for level, task in enumerate(layout.spans)}

    def written(self, sentence: TaggedSentence) -> str:
        """The sentence from its first character to its last."""
        length = len(sentence.tokens)
        tasks = [task for task in self._layout.spans if sentence.tags[task].count(OUTSIDE) < length]
        gaps = _gaps(sentence)
        run = self._runs(sentence, gaps)
        if not tasks:
            return run(0, length)
        columns, borders = _by_token(sentence, tasks)
        parts: list[str] = []
        inside: list[Span | None] = [None] * len(tasks)
        for start, end in pairwise(borders):
            wanted = [column[start] for column in columns]
            same = next((level for level, span in enumerate(wanted) if span is not inside[level]), len(tasks))
            parts += [self._end(tasks[i], inside[i], start) for i in reversed(range(same, len(tasks)))]
            parts.append(gaps[start])
            parts += [self._begin(tasks[i], wanted[i]) for i in range(same, len(tasks))]
            parts.append(run(start, end))
            inside = wanted
        parts += [self._end(tasks[i], inside[i], length) for i in reversed(range(len(tasks)))]
        return "".join(parts)

    def _begin(self, task: str, span: Span | None) -> str:
        if span is None:
            return ""
        asked = self._layout.probabilities and span.probability is not None
        title = f' title="{escape(span.label or task)} {span.probability:.2f}"' if asked else ""
        return f'<{self._elements[task]} class="{self._classes.get((task, span.label), "")}"{title}>'

    def _end(self, task: str, span: Span | None, place: int) -> str:
        if span is None:
            return ""
        label = f"<small>{escape(span.label or task)}</small>" if span.end == place else ""
        return f"{label}</{self._elements[task]}>"

    def _runs(self, sentence: TaggedSentence, gaps: Sequence[str]) -> Callable[[int, int], str]:
        """What writes the tokens from one to before another, with the white space between them."""
        starts, ends, text, origin = sentence.starts, sentence.ends, sentence.text, sentence.starts[0]
        if not self._plain:
            return lambda start, end: escape(text[starts[start] - origin : ends[end - 1] - origin])
        tags = [self._layout.to_scheme[task](sentence.tags[task]) for task in self._plain]
        notes = [" ".join(filter(None, own)) for own in zip(*tags, strict=True)]
        titles = self._titles(sentence)
        cells = []
        for start, end, note, title in zip(starts, ends, notes, titles, strict=True):
            token = escape(text[start - origin : end - origin])
            cells.append(f"<ruby{title}>{token}<rt>{escape(note)}</rt></ruby>" if note else token)
        later = [gap + cell for gap, cell in zip(gaps, cells, strict=True)]
        return lambda start, end: cells[start] + "".join(later[start + 1 : end])

    def _titles(self, sentence: TaggedSentence) -> Sequence[str]:
        """The attribute of each token's element that tells how probable its tags are."""
        chances = sentence.probabilities if self._layout.probabilities else None
        if chances is None:
            return [""] * len(sentence.tokens)
        columns = [chances[task] for task in self._plain]
        return [f' title="{" ".join([f"{p:.2f}" for p in own])}"' for own in zip(*columns, strict=True)]


def _gaps(sentence: TaggedSentence) -> list[str]:
    """What stands in front of each token."""
    origin, text = sentence.starts[0], sentence.text
    places = zip(sentence.ends, sentence.starts[1:], strict=False)
    return ["", *[escape(text[end - origin : start - origin]) for end, start in places]]


def _by_token(sentence: TaggedSentence, tasks: Sequence[str]) -> tuple[list[list[Span | None]], list[int]]:
    """For each task the span that each token is in, and the places where any span begins or ends."""
    length = len(sentence.tokens)
    borders = {0, length}
    columns = []
    for task in tasks:
        column: list[Span | None] = [None] * length
        for span in sentence.spans(task):
            column[span.start : span.end] = [span] * (span.end - span.start)
            borders |= {span.start, span.end}
        columns.append(column)
    return columns, sorted(borders)
