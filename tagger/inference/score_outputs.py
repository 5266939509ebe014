"""Scores of tokens to text: columns or JSON lines, as `outputs.py` writes tags.

columns   token<TAB>score, a further score for each further scorer, a blank line after a sentence; rows that came from a
          column file keep their columns and get the scores at the end.
jsonl     {"tokens": [...], "starts": [...], "ends": [...], "scores": {"name": [1.25, ...]}}; offsets count the
          characters of the whole input.
"""

import json
from collections.abc import Callable, Mapping, Sequence

from tagger.inference.outputs import with_columns
from tagger.inference.spans import TaggedSentence
from tagger.inference.words import Words

SUFFIXES = {"columns": ".conll", "jsonl": ".jsonl"}
DIGITS = 4
"""Digits of a score after the point."""

Scores = Mapping[str, Sequence[float]]


def write_scores(output_format: str, batch: Sequence[Words], scores: Sequence[Scores]) -> str:
    """The text of a batch of sentences, each with the scores of its tokens; `output_format` is one of SCORE_FORMATS."""
    write = SCORE_FORMATS[output_format]
    return "".join([write(words, own) for words, own in zip(batch, scores, strict=True)])


def _columns(words: Words, scores: Scores) -> str:
    columns = [[f"{score:.{DIGITS}f}" for score in column] for column in scores.values()]
    return with_columns(words, columns, ["-"] * len(columns))


def _json(words: Words, scores: Scores) -> str:
    if not words.tokens:
        return ""
    sentence = TaggedSentence(
        list(words.tokens), {}, {}, starts=words.starts, ends=words.ends, text=words.text
    )
    record = {
        "tokens": sentence.tokens,
        "starts": sentence.starts,
        "ends": sentence.ends,
        "scores": {name: [round(score, DIGITS) for score in column] for name, column in scores.items()},
    }
    return json.dumps(record, ensure_ascii=False) + "\n"


SCORE_FORMATS: dict[str, Callable[[Words, Scores], str]] = {"columns": _columns, "jsonl": _json}
