"""Tagged sentences to bytes in every format of output; each format has a file of its own.

columns   token<TAB>tag<TAB>tag, rows of a column file with all their columns        `column_output.py`
conllu    CoNLL-U, filled in or written anew                                         `conllu_output.py`
jsonl     a line of JSON for each sentence or record, with offsets and spans         `json_output.py`
inline    [Ada Lovelace](PER) lives in [Paris](LOC).                                 `inline_output.py`
html      a page to read and print                                                   `html_output.py`
parquet   a row for each sentence or record                                          `parquet_output.py`
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Words
from tagger.writing.column_output import render_columns
from tagger.writing.conllu_output import render_conllu
from tagger.writing.html_output import html_head, html_tail, render_html
from tagger.writing.inline_output import render_inline
from tagger.writing.json_output import render_json
from tagger.writing.layout import Layout, build_layout

__all__ = ["FORMATS", "Layout", "OutputFormat", "build_layout"]


def _no_head(title: str, layout: Layout) -> bytes:
    return b""


def _no_tail(layout: Layout) -> bytes:
    return b""


def _parquet(words: Sequence[Words], tagged: Sequence[TaggedSentence], layout: Layout) -> bytes:
    from tagger.writing.parquet_output import render_parquet  # loads pyarrow

    return render_parquet(words, tagged, layout)


def _parquet_tail(layout: Layout) -> bytes:
    from tagger.writing.parquet_output import no_rows

    return no_rows(layout)


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """How a file is written, a piece of it at a time."""

    suffix: str  # of its name
    render: Callable[
        [Sequence[Words], Sequence[Any], Layout], bytes
    ]  # sentences, and what was found for each
    head: Callable[[str, Layout], bytes] = _no_head  # stands first; given a title
    tail: Callable[[Layout], bytes] = _no_tail  # stands last


FORMATS: dict[str, OutputFormat] = {
    "columns": OutputFormat(".conll", render_columns),
    "conllu": OutputFormat(".conllu", render_conllu),
    "jsonl": OutputFormat(".jsonl", render_json),
    "inline": OutputFormat(".txt", render_inline),
    "html": OutputFormat(".html", render_html, html_head, html_tail),
    "parquet": OutputFormat(".parquet", _parquet, tail=_parquet_tail),
}
