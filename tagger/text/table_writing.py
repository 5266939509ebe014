"""Plain values to the bytes of an Arrow stream, and such streams to one Parquet file; part of the door to `pyarrow`.

The same rows give the same file, byte for byte, however they are spread over streams: a row group ends with the row
that fills it, and is put together anew before it is written.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np

from tagger.text.record_columns import Column, Kind, settle, spread
from tagger.text.table_arrays import array_of, type_of
from tagger.text.tables import Row, Rows, Table, from_stream, row_sizes, to_stream

GROUP_ROWS = 100_000
GROUP_BYTES = 33_554_432
"""Rows and bytes in memory, about, of a row group: one of them is full."""

RECORDS = b"tagger.records"
"""In the metadata of a stream: its first column holds JSON objects whose fields become columns (`record_columns.py`);
the value is the name of the column for what fits none of them."""

_OUTDATED = (b"org.apache.spark.sql.parquet.row.metadata",)
"""Metadata that would hide added columns."""
_TYPE_SHOWN = 40  # characters


class DifferentColumnsError(Exception):
    """Rows that do not have the columns of those before them; says what the difference is."""


def to_rows(columns: Sequence[Column], metadata: Mapping[bytes, bytes] | None = None) -> bytes:
    """The Arrow stream of columns; half of a surrogate pair in a string becomes U+FFFD."""
    import pyarrow as pa

    arrays = [array_of(column.kind, column.values) for column in columns]
    fields = [pa.field(column.name, type_of(column.kind)) for column in columns]
    return to_stream([pa.record_batch(arrays, schema=pa.schema(fields, metadata))])


def extend_rows(rows: Sequence[Row], columns: Sequence[Column]) -> bytes:
    """The Arrow stream of rows as they are, with columns added; of a `Row` without a number only its columns."""
    import pyarrow as pa

    kept = pa.concat_tables(list(_slices(rows)))
    for column in columns:
        kept = kept.append_column(
            pa.field(column.name, type_of(column.kind)), array_of(column.kind, column.values)
        )
    return to_stream([kept.replace_schema_metadata(_extended(kept.schema.metadata or {}, columns))])


class TableWriter:
    """Writes rows to a Parquet file as they come."""

    def __init__(
        self, file: BinaryIO, *, enough: int = 0, next_file: Callable[[], BinaryIO] | None = None
    ) -> None:
        """`file` is not closed, and need not seek.

        next_file: gives the file that the rest goes to, with the same columns, when one is complete: when it has
            `enough` bytes and there is more to write.
        """
        self._file = file
        self._enough = enough
        self._next_file = next_file
        self._schema: Table = None
        self._kinds: dict[str, Kind] | None = None  # of the fields of records
        self._writer: Table = None
        self._pending: list[Table] = []
        self._rows = self._bytes = 0

    def write(self, content: bytes) -> None:
        """Take the rows of an Arrow stream. Raises DifferentColumnsError."""
        table = from_stream(content)
        if self._schema is None or (table.num_rows and not self._rows and self._writer is None):
            self._schema = table.schema
        elif table.num_rows and not table.schema.equals(self._schema):
            raise DifferentColumnsError(_difference(list(self._schema), list(table.schema)))
        for batch in table.to_batches():
            ends = sum(map(row_sizes, batch.columns), np.zeros(batch.num_rows, np.int64)).cumsum()
            start = 0
            while start < batch.num_rows:
                before = int(ends[start - 1]) if start else 0
                end = int(ends.searchsorted(before + GROUP_BYTES - self._bytes)) + 1
                end = min(end, batch.num_rows, start + GROUP_ROWS - self._rows)
                self._pending.append(batch.slice(start, end - start))
                self._rows, self._bytes = self._rows + end - start, self._bytes + int(ends[end - 1]) - before
                start = end
                if self._rows >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
                    self._write_group()

    def close(self) -> None:
        """Write the rows that wait, and the end of the file. There must have been a stream, if one without rows."""
        if self._rows or self._writer is None:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.Table.from_batches(self._pending, self._schema)
        self._pending, self._rows, self._bytes = [], 0, 0
        table = self._expanded(table.unify_dictionaries().combine_chunks())
        if self._writer is not None and self._next_file is not None and self._file.tell() >= self._enough:
            self._writer.close()
            self._writer, self._file = None, self._next_file()
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._file, table.schema, compression="zstd")
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)

    def _expanded(self, table: Table) -> Table:
        """The table with columns for the fields of its records, if it has records."""
        import pyarrow as pa

        rest = (table.schema.metadata or {}).get(RECORDS)
        if rest is None:
            return table
        records = [json.loads(record) for record in table.column(0).to_pylist()]
        if self._kinds is None:
            self._kinds = settle(records)
        columns = spread(records, self._kinds, rest.decode("utf-8"))
        fields = [pa.field(column.name, type_of(column.kind)) for column in columns]
        arrays = [*(array_of(column.kind, column.values) for column in columns), *table.columns[1:]]
        return pa.table(arrays, schema=pa.schema([*fields, *list(table.schema)[1:]]))


def _slices(rows: Sequence[Row]) -> Iterable[Table]:
    """The tables of rows, as few as possible: neighbours that stand so in memory stay together."""
    place = 0
    while place < len(rows):
        source, number = rows[place].rows, rows[place].number
        if number is None:
            yield source.table.slice(0, 0)
            place += 1
            continue
        first = place
        while place < len(rows) and _follows(rows[place], source, number + place - first):
            place += 1
        yield source.table.slice(number, place - first)


def _follows(row: Row, source: Rows, number: int) -> bool:
    return row.rows is source and row.number == number


def _extended(metadata: dict[bytes, bytes], columns: Sequence[Column]) -> dict[bytes, bytes]:
    """The metadata of a table with columns added: what `datasets` keeps there describes every column."""
    kept = {name: value for name, value in metadata.items() if name not in _OUTDATED}
    described = kept.pop(b"huggingface", None)
    try:
        info = json.loads(described or b"null")["info"]
        info["features"].update((column.name, _feature(column.kind)) for column in columns)
    except (ValueError, LookupError, TypeError, AttributeError):  # none, or not as we know it: it is inferred
        return kept
    return {**kept, b"huggingface": json.dumps({"info": info}).encode("ascii")}


def _feature(kind: Kind) -> Any:
    """A kind as the metadata of `datasets` names it."""
    if isinstance(kind, list):
        return [_feature(kind[0])]
    if isinstance(kind, dict):
        return {name: _feature(inner) for name, inner in kind.items()}
    return {"dtype": kind, "_type": "Value"}


def _difference(before: Sequence[Table], now: Sequence[Table]) -> str:
    """What the fields `now` have and lack."""
    new, missing = (
        [_shown(field) for field in one if field not in other]
        for one, other in ((now, before), (before, now))
    )
    found = [", ".join(new)] * bool(new) + ["no " + ", ".join(missing)] * bool(missing)
    return " and ".join(found) or "another order"


def _shown(field: Table) -> str:
    kind = str(field.type)
    return f"{field.name} ({kind if len(kind) <= _TYPE_SHOWN else kind[: _TYPE_SHOWN - 1] + '…'})"
