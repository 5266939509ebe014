"""Records of JSON values to columns of one type each, settled by the first records and never lost by later ones.

A field gets the type that holds all its values in the records that settle it: true and false; whole numbers of 64 bits;
numbers; strings; a list of such; a structure of named ones. Values of several types, structures with very many names,
and fields that hold nothing are kept as JSON text. A later value that does not fit its column, and a field that is new,
go to one column for the rest: a JSON object, null where nothing is left over.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

Kind = str | list["Kind"] | dict[str, "Kind"]
"""Type of a column: "bool", "int64", "float64", "string", "json" (any value, as JSON text), a list of a kind, or a
structure of named kinds."""

MAX_FIELDS = 1000
"""Columns of records; further fields are left over."""
MAX_NAMES = 100
"""Names in a structure."""
MAX_DEPTH = 8
"""Lists and structures inside one another."""

_WHOLE = 2**63
_EXACT = 2**53  # whole numbers below are exact as a float64

Records = Sequence[Mapping[str, Any]]


class Column(NamedTuple):
    """A column of plain values, None where there is none."""

    name: str
    kind: Kind
    values: Sequence[Any]


class _MisfitError(Exception):
    """A value is of another kind."""


def settle(records: Records) -> dict[str, Kind]:
    """The kind of each field of the records, in the order in which they first appear."""
    names = list(dict.fromkeys(chain.from_iterable(records)))[:MAX_FIELDS]
    return {name: _kind(_present(records, name), MAX_DEPTH) for name in names}


def spread(records: Records, kinds: Mapping[str, Kind], rest: str) -> list[Column]:
    """A column for each of the `kinds`, and one named `rest` for what does not fit."""
    columns: dict[str, list[Any]] = {name: [] for name in kinds}
    left: list[str | None] = []
    for record in records:
        over = {name: value for name, value in record.items() if name not in kinds}
        for name, kind in kinds.items():
            value = record.get(name)
            try:
                columns[name].append(None if value is None else _fitted(value, kind))
            except _MisfitError:
                columns[name].append(None)
                over[name] = value
        left.append(json.dumps(over, ensure_ascii=False) if over else None)
    return [
        *(Column(name, kinds[name], values) for name, values in columns.items()),
        Column(rest, "json", left),
    ]


def _present(records: Records, name: str) -> list[Any]:
    return [value for record in records if (value := record.get(name)) is not None]


def _kind(values: Sequence[Any], depth: int) -> Kind:
    """The narrowest kind that all `values`, none of them None, fit."""
    types = {type(value) for value in values}
    if len(types) == 1 and depth:
        if types == {list}:
            inner = _kind([item for value in values for item in value if item is not None], depth - 1)
            return "json" if inner == "json" else [inner]
        if types == {dict} and 0 < len(names := dict.fromkeys(chain.from_iterable(values))) <= MAX_NAMES:
            return {name: _kind(_present(values, name), depth - 1) for name in names}
    simple = _SIMPLE.get(frozenset(types), "json")
    try:
        for value in values:
            _fitted(value, simple)
    except _MisfitError:
        return "json"
    return simple


_SIMPLE = {
    frozenset({bool}): "bool",
    frozenset({int}): "int64",
    frozenset({float}): "float64",
    frozenset({int, float}): "float64",
    frozenset({str}): "string",
}


def _fitted(value: Any, kind: Kind) -> Any:
    """The value, which is not None, as a column of its kind holds it. Raises _MisfitError."""
    if isinstance(kind, list):
        if isinstance(value, list):
            return [None if item is None else _fitted(item, kind[0]) for item in value]
    elif isinstance(kind, dict):
        if isinstance(value, dict) and value.keys() <= kind.keys():
            return {name: None if item is None else _fitted(item, kind[name]) for name, item in value.items()}
    elif kind == "json":
        return json.dumps(value, ensure_ascii=False)
    elif kind == "float64" and type(value) is int:
        if abs(value) <= _EXACT:
            return float(value)
    elif type(value) is _PYTHON[kind] and (kind != "int64" or -_WHOLE <= value < _WHOLE):
        return value
    raise _MisfitError


_PYTHON: dict[str, Any] = {"bool": bool, "int64": int, "float64": float, "string": str}
