"""Named arrays to a safetensors file and back, in full or in half precision."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ModelError
from tagger.whole_files import write_file

Weights = dict[str, NDArray[np.float32]]


def in_half_precision(weights: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[Any]]:
    """`weights` with every table and matrix as float16: half the size, values within 0.05% (or 3e-8, if that is more).

    Arrays of one axis (biases, statistics of batch normalisation) stay float32, which costs next to nothing; so does
    an array with a value that float16 would turn into infinity (65,520 or more): what is read back is never infinite.
    """
    return {name: _halved(array) for name, array in weights.items()}


def _halved(array: NDArray[np.float32]) -> NDArray[Any]:
    if array.ndim < 2:
        return array
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.array_equal(np.isinf(half), np.isinf(array)) else array


def in_full_precision(arrays: Mapping[str, NDArray[Any]], path: Path, *, but: str = "") -> Weights:
    """The weights of the file `path` as float32; those whose name begins with `but`, if given, as they are.

    Raises ModelError for numbers that are neither float32 nor float16.
    """
    for name, array in arrays.items():
        if array.dtype not in (np.float32, np.float16):
            raise ModelError(
                f"expected weights in float32 or float16, found {array.dtype} in {name}",
                where=str(path),
                hint="The model is damaged.",
            )
    return {
        name: array if but and name.startswith(but) else array.astype(np.float32, copy=False)
        for name, array in arrays.items()
    }


def write_weights(
    path: Path, weights: Mapping[str, NDArray[Any]], metadata: dict[str, str] | None = None
) -> None:
    """Write arrays as one safetensors file, whole or not at all."""
    from safetensors.numpy import save

    write_file(path, save({name: np.asarray(array, order="C") for name, array in weights.items()}, metadata))


def read_weights(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a safetensors file. Raises ModelError where it is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except FileNotFoundError as error:
        raise ModelError(f"expected the file {path.name}, found none", where=str(path.parent)) from error
    except (
        SafetensorError,
        OSError,
        ValueError,
        TypeError,
    ) as error:  # TypeError: numbers that NumPy does not have
        raise ModelError(f"expected a safetensors file, found {error}", where=str(path)) from error


def read_metadata(path: Path) -> dict[str, str]:
    """The text beside the arrays of a safetensors file."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        return file.metadata() or {}
