"""Parquet files to rows in memory, rows to the bytes of an Arrow stream and back; the door to `pyarrow`.

`table_values.py` and `table_writing.py` beside it are the door's other leaves.

A file is read a few rows at a time, however large its row groups are. Rows keep their exact types, nulls, dictionaries
and the metadata of their columns for as long as nobody asks for plain values.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tagger.text.table_arrays import numbers_of
from tagger.text.table_values import plain_values

Table = Any  # pyarrow's types are not checked
Sizes = NDArray[np.int64]

READ_AHEAD = 262_144
"""Bytes of a column that are read at a time."""
BATCH_ROWS = 256
"""Rows that are decoded at once; fewer where rows are large."""
PIECE_ROWS = 4096
OTHER_BYTES = 16
"""Bytes of other columns that weigh as much as one of text when rows are cut into pieces."""


class UnreadableTableError(Exception):
    """What is wrong with a file that should be Parquet."""


class TableFile:
    """A Parquet file that is open for reading."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the columns and the places of the row groups. Raises UnreadableTableError."""
        import pyarrow.parquet as pq

        with _errors():
            self._file = pq.ParquetFile(file, buffer_size=READ_AHEAD, pre_buffer=False)
            self.columns: list[str] = self._file.schema_arrow.names
        self.rows: int = self._file.metadata.num_rows

    def not_text(self, column: str) -> str | None:
        """The type of a `column` that holds no strings, None if it does; dictionaries of strings are strings."""
        return kind_if_not_text(self._file.schema_arrow, self.columns.index(column))

    def pieces(self, column: str, size: int) -> Iterator[tuple[int, bytes]]:
        """The number of rows and the Arrow stream of each piece, which has about `size` bytes of text in `column`.

        At least one piece, which may have no rows. Raises UnreadableTableError.
        """
        return cut_rows(self._batches(size), self._file.schema_arrow, column, size)

    def _batches(self, size: int) -> Iterator[Table]:
        """All rows, so many at once that they take about `size` bytes if they are like the others."""
        metadata = self._file.metadata
        with _errors():
            for group in range(metadata.num_row_groups):
                about = metadata.row_group(group)
                each = about.total_byte_size // max(about.num_rows, 1)
                rows = min(max(size // max(each, 1), 1), BATCH_ROWS)
                yield from self._file.iter_batches(rows, row_groups=[group], use_threads=False)


def kind_if_not_text(schema: Any, place: int) -> str | None:
    """The type of the column at `place` if it holds no strings, else None."""
    import pyarrow.types as kinds

    found = schema.field(place).type
    plain = found.value_type if kinds.is_dictionary(found) else found
    text = kinds.is_string(plain) or kinds.is_large_string(plain) or kinds.is_string_view(plain)
    return None if text else str(found)


def cut_rows(batches: Iterable[Table], schema: Any, column: str, size: int) -> Iterator[tuple[int, bytes]]:
    """The number of rows and the Arrow stream of each piece of the batches, as `TableFile.pieces` has them.

    A batch is read when the rows before it have been given out. schema: that of the only piece if there are no rows.
    """
    import pyarrow as pa

    pending, weight, rows, some = list[Table](), 0, 0, False
    for batch in batches:
        start, some = 0, some or batch.num_rows > 0
        ends = _weights(batch, batch.schema.names.index(column)).cumsum()
        while start < batch.num_rows:
            before = int(ends[start - 1]) if start else 0
            end = int(ends.searchsorted(before + size - weight)) + 1  # behind the row that fills the piece
            end = min(end, batch.num_rows, start + PIECE_ROWS - rows)
            pending.append(batch.slice(start, end - start))
            weight, rows, start = weight + int(ends[end - 1]) - before, rows + end - start, end
            if weight >= size or rows >= PIECE_ROWS:
                yield rows, to_stream(pending)
                pending, weight, rows = [], 0, 0
    if pending or not some:
        yield rows, to_stream(pending or [pa.Table.from_batches([], schema)])  # empty_table would load pandas


class Rows:
    """Rows in memory, of one piece."""

    def __init__(self, content: bytes) -> None:
        """Rows from the bytes of an Arrow stream."""
        self.table = from_stream(content)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def texts(self, column: str) -> list[bytes | None]:
        """The UTF-8 texts of a column of strings; not checked."""
        import pyarrow as pa
        import pyarrow.types as kinds

        array = self.table.column(column)
        if kinds.is_dictionary(array.type):
            array = array.cast(array.type.value_type)
        wide = kinds.is_large_string(array.type)
        return list(array.cast(pa.large_binary() if wide else pa.binary()).to_pylist())

    def lists(self, column: str) -> list[Any]:
        """The values of a column: lists of strings, None where there is none, if it holds lists of strings."""
        return list(self.table.column(column).to_pylist())

    @cached_property
    def values(self) -> list[dict[str, Any]]:
        """The rows as values that JSON can hold, see `table_values.py`."""
        columns = [plain_values(column) for column in self.table.columns]
        names = self.table.column_names
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


class Row(Mapping[str, Any]):
    """One of `rows`, made into plain values only when they are asked for; without a number it has no fields."""

    def __init__(self, rows: Rows, number: int | None) -> None:
        self.rows = rows
        self.number = number

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def _names(self) -> dict[str, None]:
        return dict.fromkeys(() if self.number is None else self.rows.table.column_names)

    @property
    def _values(self) -> dict[str, Any]:
        return {} if self.number is None else self.rows.values[self.number]


def to_stream(tables: Sequence[Table]) -> bytes:
    """The Arrow stream of batches or tables of the same columns, at least one."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, tables[0].schema) as writer:
        for table in tables:
            writer.write(table)
    return bytes(sink.getvalue())


def from_stream(content: bytes) -> Table:
    """The table of an Arrow stream."""
    import pyarrow as pa

    with pa.ipc.open_stream(content) as reader:
        return reader.read_all()


def row_sizes(array: Table) -> Sizes:
    """About how many bytes each value of an array takes: of the value alone, however the array is stored or cut."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return row_sizes(array.storage)
    if str(kind).endswith(("string", "binary", "_view")):
        return 4 + numbers_of(pc.binary_length(array.cast(pa.large_binary())))
    if kinds.is_struct(kind):
        return sum(map(row_sizes, array.flatten()), np.ones(len(array), np.int64))
    if kinds.is_map(kind):
        places = numbers_of(array.offsets)
        return _between(row_sizes(array.keys) + row_sizes(array.items), places[:-1], places[1:])
    if kinds.is_nested(kind) and hasattr(kind, "value_type"):
        lengths = numbers_of(pc.list_value_length(array))
        return _between(row_sizes(array.flatten()), lengths.cumsum() - lengths, lengths.cumsum())
    width = array.indices.type.bit_width if kinds.is_dictionary(kind) else _bit_width(kind)
    return np.full(len(array), max(width // 8, 1), np.int64)


def _between(sizes: Sizes, starts: Sizes, ends: Sizes) -> Sizes:
    """The sizes of lists, whose items stand from `starts` to `ends`."""
    sums = np.append(0, sizes.cumsum())
    between: Sizes = 4 + sums[ends] - sums[starts]
    return between


def _bit_width(kind: Table) -> int:
    import pyarrow.types as kinds

    return 0 if kinds.is_null(kind) else int(kind.bit_width)


def _weights(batch: Table, place: int) -> Sizes:
    """What each row weighs where rows are cut into pieces. Shapes: result [rows]."""
    import pyarrow.types as kinds

    column = batch.column(place)
    if kinds.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    others = [row_sizes(other) for number, other in enumerate(batch.columns) if number != place]
    weights: Sizes = row_sizes(column) + sum(others, np.zeros(batch.num_rows, np.int64)) // OTHER_BYTES
    return weights


@contextmanager
def _errors() -> Iterator[None]:
    """Within it, what pyarrow raises at a damaged file becomes UnreadableTableError."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise UnreadableTableError(" ".join(str(error).split())[:200].rstrip(".")) from error
