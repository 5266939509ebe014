"""Tagged sentences to JSON lines: a line for each sentence, or for each record where the text came from records.

sentence  {"tokens": [...], "starts": [...], "ends": [...], "tags": {"ner": [...]}, "spans": {"ner": [{"start": 0,
          "end": 12, "label": "PER", "text": "Ada Lovelace"}]}}; offsets count the characters of the whole input
record    its own fields in their order, then these, of all its sentences; offsets count the characters of its text.
          "sentences": [[0, 7], ...] are the first token of each sentence and the one after its last.

A token that was left untagged has null. With probabilities: lists "probabilities" and a "probability" of each span.
Layout.prefix stands before the name of each field that is added.
"""

import json
from collections.abc import Sequence
from itertools import chain
from json.encoder import encode_basestring as quoted
from typing import Any

from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Words
from tagger.text.schemes import OUTSIDE, spans_of
from tagger.writing.json_lines import Texts, render_lines, to_list, to_object
from tagger.writing.layout import Convert, Layout, or_else

DIGITS = 4
"""Digits of a probability after the point."""

_NO_LABEL = '""'


def render_json(words: Sequence[Words], tagged: Sequence[TaggedSentence], layout: Layout) -> bytes:
    """A line for each sentence or record. Raises DataError where a record has a field of an added name."""
    return render_lines(words, tagged, _Writer(layout).fields, prefix=layout.prefix)


def tag_fields(sentences: Sequence[TaggedSentence], layout: Layout) -> dict[str, Any]:
    """Tags, probabilities and spans of sentences that share a line, by the names of their fields."""
    fields: dict[str, Any] = {"tags": {task: _tags(sentences, task, layout) for task in layout.tasks}}
    if layout.probabilities:
        fields["probabilities"] = _chances(sentences, layout)
    return {**fields, "spans": {task: _spans(sentences, task, layout) for task in layout.spans}}


def _tags(sentences: Sequence[TaggedSentence], task: str, layout: Layout) -> list[str | None]:
    columns = [or_else(layout.to_scheme[task](sentence.tags[task]), None) for sentence in sentences]
    return list(chain.from_iterable(columns))


def _chances(sentences: Sequence[TaggedSentence], layout: Layout) -> dict[str, list[float]]:
    columns: dict[str, list[float]] = {task: [] for task in layout.tasks}
    for sentence in sentences:
        chances = sentence.probabilities or {}
        for task, column in columns.items():
            column += [round(p, DIGITS) for p in chances[task]]
    return columns


def _spans(sentences: Sequence[TaggedSentence], task: str, layout: Layout) -> list[dict[str, Any]]:
    spans = []
    for sentence in sentences:
        for span in sentence.spans(task):
            fields = {"start": span.start_char, "end": span.end_char, "label": span.label, "text": span.text}
            if layout.probabilities and span.probability is not None:
                fields["probability"] = round(span.probability, DIGITS)
            spans.append(fields)
    return spans


class _Writer:
    """What `tag_fields` gives, in JSON; put together from less, as its lists would take several times as long."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._labels = _Quoted(list)
        self._tags = {
            task: _Quoted(list if task in layout.by_context else layout.to_scheme[task])
            for task in layout.tasks
        }

    def fields(self, sentences: Sequence[TaggedSentence]) -> Texts:
        """The fields of one line."""
        layout = self._layout
        tags = {
            task: f"[{', '.join(map(self._tags[task].__getitem__, column))}]"
            for task, column in zip(layout.tasks, layout.columns(sentences), strict=True)
        }
        fields = {"tags": to_object(tags)}
        if layout.probabilities:
            chances = {task: to_list(column) for task, column in _chances(sentences, layout).items()}
            fields["probabilities"] = to_object(chances)
            spans = {
                task: json.dumps(_spans(sentences, task, layout), ensure_ascii=False) for task in layout.spans
            }
        else:
            spans = {task: f"[{', '.join(self._spans(sentences, task))}]" for task in layout.spans}
        return {**fields, "spans": to_object(spans)}

    def _spans(self, sentences: Sequence[TaggedSentence], task: str) -> list[str]:
        found = []
        for sentence in sentences:
            tags = sentence.tags[task]
            if tags.count(OUTSIDE) == len(tags):
                continue
            starts, ends, text, origin = sentence.starts, sentence.ends, sentence.text, sentence.starts[0]
            for start, end, label in spans_of(tags, self._layout.schemes[task]):
                first, last = starts[start], ends[end - 1]
                place = (
                    f'"start": {first}, "end": {last}, "label": {self._labels[label] if label else _NO_LABEL}'
                )
                found.append(f'{{{place}, "text": {quoted(text[first - origin : last - origin])}}}')
        return found


class _Quoted(dict[str, str]):
    """A tag as it is written in JSON, null for none: made once, then looked up."""

    def __init__(self, converter: Convert) -> None:
        super().__init__()
        self._converter = converter

    def __missing__(self, tag: str) -> str:
        (written,) = self._converter([tag])
        self[tag] = quoted(written) if written else "null"
        return self[tag]
