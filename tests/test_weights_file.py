"""Arrays in a safetensors file; half precision against the definition of float16: 11 bits, at most 65,504."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from tagger.errors import ModelError
from tagger.weights_file import (
    in_full_precision,
    in_half_precision,
    read_metadata,
    read_weights,
    write_weights,
)


def test_metadata_beside_the_weights(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    write_weights(path, {"x": np.ones(2, np.float32)}, {"epoch": "3"})
    assert read_metadata(path) == {"epoch": "3"}
    np.testing.assert_array_equal(read_weights(path)["x"], np.ones(2, np.float32))


def test_half_precision_rounds_to_eleven_bits() -> None:
    table = np.array([[1 + 2**-10, 1 + 2**-12], [65504, 2**-24]], np.float32)
    half = in_half_precision({"table": table})["table"]
    assert half.dtype == np.float16
    assert half.tolist() == [[1 + 2**-10, 1.0], [65504.0, 2**-24]]


def test_arrays_of_one_axis_stay_in_full_precision() -> None:
    assert in_half_precision({"bias": np.ones(3, np.float32)})["bias"].dtype == np.float32


@pytest.mark.parametrize(
    ("largest", "kind"), [(65519.0, "float16"), (65520.0, "float32"), (-1e30, "float32")]
)
def test_an_array_beyond_the_range_of_half_precision_stays_as_it_is(largest: float, kind: str) -> None:
    table = np.array([[largest, 0.5]], np.float32)
    kept = in_half_precision({"large": table, "small": table[:, 1:]})
    assert (kept["large"].dtype.name, kept["small"].dtype.name) == (kind, "float16")
    assert np.isfinite(kept["large"]).all()


def test_infinities_and_missing_numbers_stay_what_they_are() -> None:
    table = np.array([[np.inf, -np.inf, np.nan, 1.0]], np.float32)
    half = in_half_precision({"table": table})["table"]
    assert half.dtype == np.float16
    np.testing.assert_array_equal(half, table)


def test_full_precision_is_not_copied() -> None:
    array = np.ones((2, 2), np.float32)
    assert in_full_precision({"x": array}, Path("w"))["x"] is array


def test_numbers_that_this_program_does_not_read(tmp_path: Path) -> None:
    """bfloat16, which NumPy does not have."""
    path = tmp_path / "w.safetensors"
    header = json.dumps({"x": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0\0")
    with pytest.raises(ModelError) as caught:
        read_weights(path)
    assert (
        str(caught.value)
        == f"{path}: expected a safetensors file, found data type 'bfloat16' not understood."
    )
