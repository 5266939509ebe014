import subprocess
import sys

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.text.table_arrays import array_of, numbers_of, type_of

SIMPLE = {
    "bool": st.booleans(),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "float64": st.floats(allow_nan=False),
    "string": st.text(),
}
KINDS = st.recursive(
    st.sampled_from(sorted(SIMPLE)),
    lambda kind: (
        st.lists(kind, min_size=1, max_size=1) | st.dictionaries(st.text(), kind, min_size=1, max_size=3)
    ),
    max_leaves=4,
)


def of_kind(kind):
    if isinstance(kind, list):
        value = st.lists(of_kind(kind[0]), max_size=4)
    elif isinstance(kind, dict):
        value = st.fixed_dictionaries({name: of_kind(inner) for name, inner in kind.items()})
    else:
        value = SIMPLE[kind]
    return st.none() | value


@settings(deadline=None, max_examples=60)
@given(st.data(), KINDS)
def test_arrays_are_those_that_pyarrow_makes(data, kind):
    values = data.draw(st.lists(of_kind(kind), max_size=8))
    array = array_of(kind, values)
    array.validate(full=True)
    assert array.type == type_of(kind)
    assert array.equals(pa.array(values, type_of(kind)))
    assert array.to_pylist() == values


def test_names_that_a_structure_lacks_are_null():
    assert array_of({"a": "int64", "b": "string"}, [{"b": "x"}, {}]).to_pylist() == [
        {"a": None, "b": "x"},
        {"a": None, "b": None},
    ]


def test_json_is_text():
    assert type_of({"a": ["json"]}) == pa.struct({"a": pa.list_(pa.string())})


def test_halves_of_pairs_are_replaced():
    assert array_of(["string"], [["a\ud800", "é"], ["\udfff"]]).to_pylist() == [["a\ufffd", "é"], ["\ufffd"]]


@pytest.mark.parametrize("kind", [pa.int8(), pa.int32(), pa.int64()])
@settings(deadline=None, max_examples=60)
@given(values=st.lists(st.none() | st.integers(-128, 127), max_size=20), start=st.integers(0, 20))
def test_numbers_are_read_from_any_part_of_an_array(kind, values, start):
    array = pa.array(values, kind)[start:]
    assert numbers_of(array).tolist() == [value or 0 for value in values[start:]]


def test_writing_and_reading_do_not_load_pandas(tmp_path):
    code = f"""
import sys
from tagger.text.record_columns import Column
from tagger.text.table_writing import TableWriter, extend_rows, to_rows
from tagger.text.tables import Row, Rows, TableFile
columns = [Column("text", "string", ["a", None]), Column("l", [{{"a": "int64", "b": "bool"}}], [[{{"a": 1}}], None])]
with open({str(tmp_path / "a.parquet")!r}, "wb") as file:
    writer = TableWriter(file)
    writer.write(to_rows(columns))
    writer.close()
with open({str(tmp_path / "a.parquet")!r}, "rb") as file:
    ((_, content),) = TableFile(file).pieces("text", 100)
rows = Rows(content)
print(rows.texts("text"), dict(Row(rows, 0)), len(extend_rows([Row(rows, 1)], [Column("n", "float64", [0.5])])) > 0)
assert "pandas" not in sys.modules
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == (
        "[b'a', None] {'text': 'a', 'l': [{'a': 1, 'b': None}]} True\n",
        "",
    )
