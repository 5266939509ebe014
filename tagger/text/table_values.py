"""Columns of a table to plain values that JSON can hold.

Times are written in ISO 8601, durations in seconds, bytes in base64, decimals and whatever else JSON does not know as
strings; numbers that are not finite are None. Times that Python cannot hold are numbers, counted as in the table; bytes
that should be UTF-8 and are not are replaced.
"""

import base64
import datetime
import math
from typing import Any


def plain_values(column: Any) -> list[Any]:
    """The values of a column."""
    try:
        return [_plain(value) for value in column.to_pylist()]
    except (ValueError, OverflowError, LookupError):
        return [_of_scalar(scalar) for scalar in column]


def _of_scalar(scalar: Any) -> Any:
    """The plain value of a scalar whose like Python may not hold."""
    import pyarrow as pa
    import pyarrow.types as kinds

    try:
        return _plain(scalar.as_py())
    except (ValueError, OverflowError, LookupError):
        kind = scalar.type
        if kinds.is_struct(kind):
            return {name: _of_scalar(scalar[name]) for name in kind.names}
        if kinds.is_nested(kind):
            return [_of_scalar(item) for item in scalar.values]
        if kinds.is_temporal(kind):
            return scalar.cast(pa.int32() if kind.bit_width == 32 else pa.int64()).as_py()
        return scalar.cast(pa.large_binary()).as_py().decode("utf-8", "replace")


def _plain(value: Any) -> Any:
    """The value as JSON can hold it."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else str(value)
