"""First values of weight matrices, by name; biases start at zero."""

from collections.abc import Callable
from math import sqrt

import torch
from torch import Tensor

Initialiser = Callable[[Tensor, torch.Generator], None]


def glorot(weight: Tensor, generator: torch.Generator) -> None:
    """Fill `weight` [n_out, n_in] from U[-r, r], r = sqrt(6 / (n_in + n_out)); Glorot and Bengio 2010, eq. 16.

    The variance 2 / (n_in + n_out) is a middle between 1 / n_in, which keeps the variance of activations from layer to
    layer, and 1 / n_out, which keeps that of gradients on the way back.
    """
    fan_out, fan_in = weight.shape
    _uniform(weight, sqrt(6.0 / (fan_in + fan_out)), generator)


def fan_in_normal(weight: Tensor, generator: torch.Generator) -> None:
    """Fill `weight` [n_out, n_in] from a normal distribution of variance 1 / n_in, mean 0.

    The sum of n_in inputs of variance 1 then has variance 1; LeCun et al. 1998, "Efficient BackProp", eq. 16.
    """
    _normal(weight, 1.0 / sqrt(weight.shape[1]), generator)


def small_normal(weight: Tensor, generator: torch.Generator) -> None:
    """Fill `weight` from a normal distribution of standard deviation 0.01, mean 0, whatever its size.

    Enough for one hidden layer; through several, activations and gradients shrink to nothing.
    """
    _normal(weight, 0.01, generator)


def fan_in_uniform(weight: Tensor, generator: torch.Generator) -> None:
    """Fill `weight` [n_out, n_in] from a centred uniform of variance 1 / sqrt(n_in).

    Collobert et al. 2011, section 3.4 (stochastic gradient): the variance is the inverse of the square root of the
    fan-in. With hundreds of inputs that is a wide start; `glorot` keeps the spread of a layer's input instead.
    """
    _uniform(weight, sqrt(3.0 / sqrt(weight.shape[1])), generator)


def lookup_uniform(weight: Tensor, generator: torch.Generator) -> None:
    """Fill a lookup table [V, d] from a centred uniform of variance 1 / d: a form's vectors have like lengths."""
    _uniform(weight, sqrt(3.0 / weight.shape[1]), generator)


def _uniform(weight: Tensor, bound: float, generator: torch.Generator) -> None:
    with torch.no_grad():
        weight.uniform_(-bound, bound, generator=generator)


def _normal(weight: Tensor, deviation: float, generator: torch.Generator) -> None:
    with torch.no_grad():
        weight.normal_(0.0, deviation, generator=generator)


INITIALISERS: dict[str, Initialiser] = {
    "glorot": glorot,
    "fan_in_normal": fan_in_normal,
    "small_normal": small_normal,
    "fan_in_uniform": fan_in_uniform,
}
