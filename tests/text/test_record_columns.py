import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.text import record_columns
from tagger.text.record_columns import settle, spread


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, None, False], "bool"),
        ([1, -(2**63), 2**63 - 1], "int64"),
        ([1, 2**63], "json"),
        ([1, 0.5], "float64"),
        ([2**53 + 1, 0.5], "json"),
        ([True, 1], "json"),
        (["a", None], "string"),
        (["a", 1], "json"),
        ([None, None], "json"),
        ([["a"], [], [None]], ["string"]),
        ([[], None], "json"),
        ([["a"], "a"], "json"),
        ([[1], [0.5]], ["float64"]),
        ([[["a"]]], [["string"]]),
        ([{"x": 1}, {"y": ["a"]}], {"x": "int64", "y": ["string"]}),
        ([{"x": None}], {"x": "json"}),
        ([{}], "json"),
        ([[{"x": 1}]], [{"x": "int64"}]),
    ],
)
def test_a_field_has_the_type_that_holds_all_its_values(values, kind):
    assert settle([{"field": value} for value in values]) == {"field": kind}


def test_fields_stand_in_the_order_in_which_they_first_appear():
    assert list(settle([{"b": 1}, {"a": 1, "b": 2}, {"c": 1}])) == ["b", "a", "c"]


def test_structures_of_very_many_names_are_json():
    values = [{f"user {number}": 1} for number in range(record_columns.MAX_NAMES + 1)]
    assert settle([{"a": value} for value in values]) == {"a": "json"}
    assert settle([{"a": value} for value in values[1:]])["a"] == {
        name: "int64" for v in values[1:] for name in v
    }


def test_deep_values_are_json():
    deep = [[]]
    for _ in range(300):
        deep = [deep]
    assert settle([{"a": deep}]) == {"a": "json"}


def test_there_is_a_bound_on_columns():
    records = [{f"field {number}": number} for number in range(record_columns.MAX_FIELDS + 1)]
    assert len(kinds := settle(records)) == record_columns.MAX_FIELDS
    assert spread(records[-1:], kinds, "rest")[-1].values == ['{"field 1000": 1000}']


def columns(records, kinds, rest="rest"):
    return {column.name: (column.kind, column.values) for column in spread(records, kinds, rest)}


def test_what_does_not_fit_is_left_over():
    kinds = {"n": "int64", "x": "float64", "s": "string", "l": ["string"], "o": {"a": "int64"}, "j": "json"}
    fits = {"n": 1, "x": 2, "s": "é", "l": ["a", None], "o": {"a": None}, "j": ["é", 1]}
    over = {"n": 1.5, "x": "2", "s": 1, "l": "ab", "o": {"a": 1, "b": 2}, "new": {"a": None}, "j": None}
    assert columns([fits, over], kinds) == {
        "n": ("int64", [1, None]),
        "x": ("float64", [2.0, None]),
        "s": ("string", ["é", None]),
        "l": (["string"], [["a", None], None]),
        "o": ({"a": "int64"}, [{"a": None}, None]),
        "j": ("json", ['["é", 1]', None]),
        "rest": (
            "json",
            [None, '{"new": {"a": null}, "n": 1.5, "x": "2", "s": 1, "l": "ab", "o": {"a": 1, "b": 2}}'],
        ),
    }


@pytest.mark.parametrize(
    ("value", "kind"),
    [(True, "int64"), (1, "bool"), (2**63, "int64"), (2**53 + 1, "float64"), (True, "float64")],
)
def test_values_that_python_would_convert_do_not_fit(value, kind):
    assert columns([{"a": value}], {"a": kind})["rest"][1] == [json.dumps({"a": value})]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "", "c.d"]), JSON), max_size=6)


def restored(value, kind):
    """The JSON value that a column holds, written without regard to how columns are filled."""
    if value is None:
        return None
    if kind == "json":
        return json.loads(value)
    if isinstance(kind, list):
        return [restored(item, kind[0]) for item in value]
    return (
        {name: restored(item, kind[name]) for name, item in value.items()}
        if isinstance(kind, dict)
        else value
    )


@settings(deadline=None, max_examples=60)
@given(first=RECORDS, later=RECORDS)
def test_no_value_is_lost_or_changed(first, later):
    kinds = settle(first)
    for number, record in enumerate([*first, *later]):
        *own, rest = spread([record], kinds, "rest")
        over = json.loads(rest.values[0] or "{}")
        assert number >= len(first) or not over
        found = {column.name: restored(column.values[0], column.kind) for column in own} | over
        assert {n: v for n, v in found.items() if v is not None} == {
            n: v for n, v in record.items() if v is not None
        }


def test_numbers_that_are_not_finite_are_numbers():
    (column, rest) = spread([{"a": math.inf}], settle([{"a": 1.0}]), "rest")
    assert (column.values, rest.values) == ([math.inf], [None])
