"""The activation functions of the hidden layers in NumPy, by name; each overwrites its argument and returns it."""

from collections.abc import Callable

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


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "hard_tanh": hard_tanh,
    "soft_sign": soft_sign,
    "relu": relu,
}
