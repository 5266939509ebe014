"""Tagged sentences to Parquet: a row for each sentence, or for each record where the text came from records.

The columns hold what the fields of JSON lines hold, under the same names:

    text                  string, of a sentence; a record's own columns instead, with their exact types
    tokens, starts, ends  lists
    sentences             list of {start, end}: the first token of each sentence of a record, the one after its last
    tags                  {task: list of strings}, null for a token that was left untagged
    probabilities         {task: list of numbers}, if asked for
    spans                 {task: list of {start, end, label, text, and probability if asked for}}, if tasks have spans

A structure a kind of result, and not a column a task, so that the names of tasks meet no others and two names suffice
to read what any model wrote. Fields of JSON records become columns too (`text/record_columns.py`); what fits none of
them goes to the column `other_fields`.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, cast

from tagger.errors import DataError
from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Words
from tagger.text.record_columns import Column, Kind
from tagger.text.tables import Row
from tagger.writing.json_lines import groups, refuse_clash, token_fields
from tagger.writing.json_output import tag_fields
from tagger.writing.layout import Layout

OTHER_FIELDS = "other_fields"
_STRINGS: Kind = ["string"]
_NUMBERS: Kind = ["int64"]


def render_parquet(words: Sequence[Words], tagged: Sequence[TaggedSentence], layout: Layout) -> bytes:
    """The Arrow stream of a row for each sentence or record. Raises DataError where a record has an added column."""
    from tagger.text.table_writing import RECORDS, extend_rows, to_rows

    record = words[0].record if words else None
    kinds = added_kinds(layout, of_records=record is not None)
    if words and words[0].is_ready:
        del kinds["tokens"], kinds["sentences"]
    found = list(groups(words, tagged))
    values = [_values(sentences, own, layout) for sentences, own in found]
    added = [Column(layout.prefix + name, kind, [v[name] for v in values]) for name, kind in kinds.items()]
    if record is None:
        return to_rows(added)
    records = [sentences[0].record for sentences, _ in found]
    names = [column.name for column in added]
    if isinstance(record, Row):
        refuse_clash(names, record.rows.table.column_names)
        return extend_rows(cast(list[Row], records) or [record], added)
    rest = layout.prefix + OTHER_FIELDS
    for fields in records:
        refuse_clash([*names, rest], fields or ())
    texts = [json.dumps(fields, ensure_ascii=False) for fields in records]
    return to_rows([Column(rest, "string", texts), *added], {RECORDS: rest.encode("utf-8")})


def no_rows(layout: Layout) -> bytes:
    """An Arrow stream of the columns of sentences, without rows."""
    return render_parquet([], [], layout)


class ParquetSink:
    """Writes what `render_parquet` gives to one Parquet file, or several; imports pyarrow with the first rows."""

    def __init__(
        self,
        file: BinaryIO,
        tail: bytes = b"",
        *,
        enough: int = 0,
        next_file: Callable[[], BinaryIO] | None = None,
    ) -> None:
        """`file` need not seek, and is not closed. tail: written last, so that a file without rows has columns.

        enough, next_file: when and where to go on in another file, see `tagger.text.table_writing`.
        """
        from tagger.text.table_writing import TableWriter

        self._writer = TableWriter(file, enough=enough, next_file=next_file)
        self._tail = tail

    def write(self, content: bytes) -> None:
        """Take the rows of one Arrow stream. Raises DataError, without its place, where their columns are others."""
        from tagger.text.table_writing import DifferentColumnsError

        try:
            if content:
                self._writer.write(content)
        except DifferentColumnsError as error:
            hint = "Files with different columns need an output each: name --output FOLDER/ alone."
            raise DataError("", None, "the columns of the rows before", str(error), hint) from error

    def close(self) -> None:
        """Write the rows that wait, and the end of the file; there must have been a stream, if one without rows."""
        self.write(self._tail)
        self._writer.close()


def _values(sentences: Sequence[Words], own: Sequence[TaggedSentence], layout: Layout) -> dict[str, Any]:
    """What the added columns hold in the row of these sentences."""
    values: dict[str, Any] = {"text": own[0].text, **token_fields(sentences), **tag_fields(own, layout)}
    if "sentences" in values:
        values["sentences"] = [{"start": start, "end": end} for start, end in values["sentences"]]
    return values


def added_kinds(layout: Layout, *, of_records: bool) -> dict[str, Kind]:
    """The kind of each added column."""
    span: dict[str, Kind] = {"start": "int64", "end": "int64", "label": "string", "text": "string"}
    if layout.probabilities:
        span["probability"] = "float64"
    kinds: dict[str, Kind] = {} if of_records else {"text": "string"}
    kinds |= {"tokens": _STRINGS, "starts": _NUMBERS, "ends": _NUMBERS}
    if of_records:
        kinds["sentences"] = [{"start": "int64", "end": "int64"}]
    kinds["tags"] = dict.fromkeys(layout.tasks, _STRINGS)
    if layout.probabilities:
        kinds["probabilities"] = {task: ["float64"] for task in layout.tasks}
    if layout.spans:  # Parquet knows no empty structures
        kinds["spans"] = {task: [span] for task in layout.spans}
    return kinds
