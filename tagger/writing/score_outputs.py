"""Scores of tokens to bytes: columns or JSON lines, as `outputs.py` writes tags.

columns   token<TAB>score, a further score for each further scorer, a blank line after a sentence; rows that came from a
          column file keep their columns and get the scores at the end.
jsonl     {"tokens": [...], "starts": [...], "ends": [...], "scores": {"name": [1.25, ...]}}, or a record's own fields
          with these; offsets count the characters of the whole input, or of the record's text.
"""

from collections.abc import Mapping, Sequence

from tagger.reading.words import Words
from tagger.writing.column_output import with_columns
from tagger.writing.json_lines import Texts, render_lines, to_list, to_object
from tagger.writing.layout import Layout, to_bytes
from tagger.writing.outputs import OutputFormat

DIGITS = 4
"""Digits of a score after the point."""

Scores = Mapping[str, Sequence[float]]


def build_score_layout(scorers: Sequence[str], *, prefix: str = "") -> Layout:
    """The layout that writes the scores of `scorers`, in this order."""
    return Layout(tasks=tuple(scorers), prefix=prefix)


def _columns(words: Sequence[Words], scores: Sequence[Scores], layout: Layout) -> bytes:
    parts = []
    for sentence, own in zip(words, scores, strict=True):
        columns = [[f"{score:.{DIGITS}f}" for score in own[task]] for task in layout.tasks]
        parts.append(with_columns(sentence, columns, ["-"] * len(columns)))
    return to_bytes("".join(parts))


def _json(words: Sequence[Words], scores: Sequence[Scores], layout: Layout) -> bytes:
    def fields(sentences: Sequence[Scores]) -> Texts:
        rounded = {
            task: [round(score, DIGITS) for own in sentences for score in own[task]] for task in layout.tasks
        }
        return {"scores": to_object({task: to_list(column) for task, column in rounded.items()})}

    return render_lines(words, scores, fields, prefix=layout.prefix)


SCORE_FORMATS: dict[str, OutputFormat] = {
    "columns": OutputFormat(".conll", _columns),
    "jsonl": OutputFormat(".jsonl", _json),
}
