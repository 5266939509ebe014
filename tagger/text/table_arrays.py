"""Plain values to arrays of a table, and numbers back; part of the door to `pyarrow`.

The ways that pyarrow has for this would load pandas, which takes as long as all else at the start of a process.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.text.record_columns import Kind

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def type_of(kind: Kind) -> Any:
    """The type of the arrays that hold values of a kind."""
    import pyarrow as pa

    if isinstance(kind, list):
        return pa.list_(type_of(kind[0]))
    if isinstance(kind, dict):
        return pa.struct([(name, type_of(inner)) for name, inner in kind.items()])
    return pa.type_for_alias("string" if kind == "json" else kind)


def array_of(kind: Kind, values: Sequence[Any]) -> Any:
    """The array of values of a kind; half of a surrogate pair in a string becomes U+FFFD."""
    import pyarrow as pa

    valid = None
    if None in values:
        valid = _bits(value is not None for value in values)
        nothing = _NOTHING[kind] if isinstance(kind, str) else type(kind)()
        values = [nothing if value is None else value for value in values]
    children, buffers = [], []
    if isinstance(kind, dict):
        children = [array_of(inner, [value.get(name) for value in values]) for name, inner in kind.items()]
    elif isinstance(kind, list):
        buffers = [_ends(map(len, values), len(values))]
        children = [array_of(kind[0], list(chain.from_iterable(values)))]
    elif kind in ("string", "json"):
        buffers = _strings(values)
    elif kind == "bool":
        buffers = [_bits(values)]
    else:
        buffers = [pa.py_buffer(np.array(values, kind))]
    return pa.Array.from_buffers(type_of(kind), len(values), [valid, *buffers], children=children)


def numbers_of(array: Any) -> NDArray[np.int64]:
    """The numbers of an array of signed integers, 0 for null."""
    kind, stop = np.dtype(f"int{array.type.bit_width}"), array.offset + len(array)
    if not stop:
        return np.zeros(0, np.int64)
    valid, data = array.buffers()
    numbers = np.frombuffer(data, kind, stop)[array.offset :].astype(np.int64)
    if valid is not None:
        bits = np.unpackbits(np.frombuffer(valid, np.uint8), count=stop, bitorder="little")
        numbers *= bits[array.offset :]
    return numbers


_NOTHING: dict[str, Any] = {"bool": False, "int64": 0, "float64": 0.0, "string": "", "json": ""}
"""What stands in the place of a null."""


def _strings(texts: Sequence[str]) -> list[Any]:
    import pyarrow as pa

    joined = "".join(texts)
    try:
        data = joined.encode("utf-8")
    except UnicodeEncodeError:
        return _strings([_HALF_A_PAIR.sub("\ufffd", text) for text in texts])
    sizes = map(len, texts) if len(data) == len(joined) else (len(text.encode("utf-8")) for text in texts)
    return [_ends(sizes, len(texts)), pa.py_buffer(data)]


def _ends(sizes: Iterable[int], count: int) -> Any:
    """The buffer of where `count` items of these sizes begin, and where the last one ends."""
    import pyarrow as pa

    ends = np.zeros(count + 1, np.int32)
    np.fromiter(sizes, np.int32, count).cumsum(out=ends[1:])
    return pa.py_buffer(ends)


def _bits(flags: Iterable[bool]) -> Any:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(np.array(list(flags), np.bool_), bitorder="little"))
