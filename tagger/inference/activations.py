"""The activation functions of the hidden layers in NumPy, by name.

Each overwrites its argument and returns it, maxout a part of it.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), written as (1 + tanh(z / 2)) / 2, which cannot overflow."""
    np.multiply(z, np.float32(0.5), out=z)
    np.tanh(z, out=z)
    np.add(z, np.float32(1.0), out=z)
    return np.multiply(z, np.float32(0.5), out=z)


def tanh(z: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(z, out=z)


def hard_tanh(z: Array) -> Array:
    """z cut to [-1, 1] (Collobert et al. 2011, section 3.3.1)."""
    np.maximum(z, np.float32(-1.0), out=z)
    return np.minimum(z, np.float32(1.0), out=z)


def soft_sign(z: Array) -> Array:
    """z / (1 + |z|)."""
    size = np.abs(z)
    size += np.float32(1.0)
    return np.divide(z, size, out=z)


def relu(z: Array) -> Array:
    """The larger of z and 0."""
    return np.maximum(z, np.float32(0.0), out=z)


def leaky_relu(z: Array, leak: float) -> Array:
    """max(z, k z) with k the `leak`, 0 <= k < 1."""
    np.maximum(z, z * np.float32(leak), out=z)
    return z


def maxout(z: Array, pieces: int) -> Array:
    """The largest of each unit's sums.

    Shapes: z [N, P * H], the first sums of all units, then the second ones and so on; result [N, H], a view of z.
    """
    units = z.shape[1] // pieces
    largest = z[:, :units]
    for start in range(units, z.shape[1], units):
        np.maximum(largest, z[:, start : start + units], out=largest)
    return largest


ACTIVATIONS: dict[str, Callable[..., Array]] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "hard_tanh": hard_tanh,
    "soft_sign": soft_sign,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "maxout": maxout,
}


def build_activation(name: str, *, leak: float, pieces: int) -> Callable[[Array], Array]:
    """The function `name` of a layer's sums alone; `leak` is leaky_relu's, `pieces` are maxout's."""
    function = ACTIVATIONS[name]
    if name == "leaky_relu":
        return partial(function, leak=leak)
    return partial(function, pieces=pieces) if name == "maxout" else function
