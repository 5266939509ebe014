"""Tagged sentences to text: columns, JSON lines, or inline for reading.

columns   token<TAB>tag<TAB>tag, a tag for each task, a blank line after a sentence. Rows that came from a column file
          keep all their columns and get the tags at the end, with the row's own separator.
jsonl     {"tokens": [...], "starts": [...], "ends": [...], "tags": {"ner": [...]}, "spans": {"ner": [{"start": 0,
          "end": 12, "label": "PER", "text": "Ada Lovelace"}]}}; offsets count the characters of the whole input.
inline    a sentence a line: [Ada Lovelace](PER) lives in [Paris](LOC). The tags of tasks without spans follow their
          token, which then stands apart: [Ada/NNP Lovelace/NNP](PER) lives/VBZ in/IN [Paris/NNP](LOC) ./.
          The first task with spans has the brackets; further ones follow the token too. Nothing is escaped.

With probabilities: a column after each tag; lists "probabilities" and a "probability" of each span; [Paris](LOC 0.98).
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tagger.inference.spans import TaggedSentence
from tagger.inference.words import Words
from tagger.text.schemes import IOB2, IOBES, NONE, convert, join_tag, split_tag

SUFFIXES = {"columns": ".conll", "jsonl": ".jsonl", "inline": ".txt"}

_SPACE = re.compile(r"\s+")
_IN_IOB2 = {"S": "B", "E": "I"}


@dataclass(frozen=True, slots=True)
class Layout:
    """What is written of each sentence."""

    tasks: tuple[str, ...]
    spans: tuple[str, ...]  # those of the tasks whose tags mark spans
    to_scheme: dict[str, Callable[[list[str]], list[str]]]  # tags of a task as they are written
    probabilities: bool


def build_layout(
    tasks: Sequence[str],
    schemes: dict[str, str],
    labels: dict[str, Sequence[str]],
    *,
    scheme: str = IOB2,
    probabilities: bool = False,
) -> Layout:
    """The layout for `tasks` with their schemes and labels; spans are written in `scheme`."""
    to_scheme = {task: _converter(schemes[task], scheme, labels[task]) for task in tasks}
    return Layout(tuple(tasks), tuple(t for t in tasks if schemes[t] != NONE), to_scheme, probabilities)


def write_sentences(
    output_format: str, batch: Sequence[Words], tagged: Sequence[TaggedSentence], layout: Layout
) -> str:
    """The text of a batch of sentences; `output_format` is one of FORMATS."""
    write = FORMATS[output_format]
    return "".join([write(words, sentence, layout) for words, sentence in zip(batch, tagged, strict=True)])


def _converter(source: str, target: str, labels: Sequence[str]) -> Callable[[list[str]], list[str]]:
    """Turns tags of scheme `source` into `target`. From IOBES to IOB2 each tag says enough of itself, which is fast."""
    if source in (target, NONE):
        return list
    if (source, target) != (IOBES, IOB2):
        return lambda tags: convert(tags, source, target)
    marks = {label: split_tag(label) or ("O", "") for label in labels}
    table = {label: join_tag(_IN_IOB2.get(letter, letter), kind) for label, (letter, kind) in marks.items()}
    return lambda tags: list(map(table.__getitem__, tags))


def _columns(words: Words, sentence: TaggedSentence, layout: Layout) -> str:
    columns = []
    probabilities = sentence.probabilities if layout.probabilities else None
    for task in layout.tasks:
        columns.append(layout.to_scheme[task](sentence.tags[task]))
        if probabilities is not None:
            columns.append([f"{p:.4f}" for p in probabilities[task]])
    empty = []
    for task in layout.tasks:
        empty += ["O" if task in layout.spans else "-X-"] + ["-"] * layout.probabilities
    return with_columns(words, columns, empty)


def with_columns(words: Words, columns: Sequence[Sequence[str]], empty: Sequence[str]) -> str:
    """The rows of a sentence, or its tokens, each followed by its part of the `columns`; `empty` on document rows."""
    if not words.rows and not words.before:
        return "\n".join(map("\t".join, zip(words.tokens, *columns, strict=True))) + "\n\n"
    lines = [line for text in words.before for line in _kept(text, empty)]
    for row, *fields in zip(words.rows, *columns, strict=True):
        lines.append(_separator(row).join([row, *fields]))
    return "\n".join(lines) + ("\n\n" if words.rows else "\n")


def _kept(text: str, empty: Sequence[str]) -> list[str]:
    """The lines for a comment, or for a document row: nothing stands on it, but every row has as many columns."""
    return [text] if text.startswith("#") else [_separator(text).join([text, *empty]), ""]


def _separator(row: str) -> str:
    return " " if " " in row and "\t" not in row else "\t"


def _json(words: Words, sentence: TaggedSentence, layout: Layout) -> str:
    if not sentence.tokens:
        return ""
    record: dict[str, object] = {"tokens": sentence.tokens, "starts": sentence.starts, "ends": sentence.ends}
    record["tags"] = {task: layout.to_scheme[task](sentence.tags[task]) for task in layout.tasks}
    if layout.probabilities and sentence.probabilities is not None:
        chances = sentence.probabilities
        record["probabilities"] = {task: [round(p, 4) for p in chances[task]] for task in layout.tasks}
    record["spans"] = {task: _span_records(sentence, task) for task in layout.spans}
    return json.dumps(record, ensure_ascii=False) + "\n"


def _span_records(sentence: TaggedSentence, task: str) -> list[dict[str, object]]:
    records = []
    for span in sentence.spans(task):
        record: dict[str, object] = {"start": span.start_char, "end": span.end_char, "label": span.label}
        record["text"] = span.text
        if span.probability is not None:
            record["probability"] = round(span.probability, 4)
        records.append(record)
    return records


def _inline(words: Words, sentence: TaggedSentence, layout: Layout) -> str:
    if not sentence.tokens:
        return ""
    bracketed = layout.spans[:1]
    tokens = list(sentence.tokens)
    beside = [layout.to_scheme[task](sentence.tags[task]) for task in layout.tasks if task not in bracketed]
    if beside:
        tokens = ["/".join(parts) for parts in zip(tokens, *beside, strict=True)]
    for span in sentence.spans(bracketed[0]) if bracketed else ():
        chance = "" if span.probability is None else f" {span.probability:.2f}"
        tokens[span.start] = "[" + tokens[span.start]
        tokens[span.end - 1] += f"]({span.label}{chance})"
    if beside:
        return " ".join(tokens) + "\n"
    origin, text, place = sentence.starts[0], sentence.text, sentence.starts[0]
    pieces = []
    for token, start, end in zip(tokens, sentence.starts, sentence.ends, strict=True):
        pieces += [_SPACE.sub(" ", text[place - origin : start - origin]), token]
        place = end
    return "".join(pieces) + "\n"


FORMATS: dict[str, Callable[[Words, TaggedSentence, Layout], str]] = {
    "columns": _columns,
    "jsonl": _json,
    "inline": _inline,
}
