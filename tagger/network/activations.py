"""Activation functions of the hidden layers, by name: the sums of a layer to its outputs.

Their derivatives, in which the gradient flows back; at a kink, what torch takes:

    sigmoid     f (1 - f)
    tanh        1 - f^2
    hard_tanh   1 for -1 < z < 1, else 0; 0 at -1 and at 1
    soft_sign   1 / (1 + |z|)^2; the course notes print sgn(z) / (1 + |z|)^2, but f rises left of 0 too
    relu        1 for z > 0, else 0; 0 at 0
    leaky_relu  1 for z > 0, else k; k at 0
    maxout      1 for the largest of a unit's sums (the first of equal ones), 0 for the others

The course notes print -exp(-z) / (1 + exp(-z)) for the sigmoid in one place, and 1 at both kinks of the hard tanh.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

Activation = Callable[[Tensor], Tensor]


def leaky_relu(z: Tensor, leak: float) -> Tensor:
    """max(z, k z) with k the `leak`, 0 <= k < 1; Maas et al. 2013."""
    return functional.leaky_relu(z, leak)


def maxout(z: Tensor, pieces: int) -> Tensor:
    """The largest of each unit's `pieces` sums; Goodfellow et al. 2013, "Maxout Networks", section 3.

    Shapes: z [N, P * H], the first sums of all units, then the second ones and so on; result [N, H].
    """
    return z.view(len(z), pieces, z.shape[1] // pieces).max(1).values


ACTIVATIONS: dict[str, Callable[..., Tensor]] = {
    "sigmoid": torch.sigmoid,  # 1 / (1 + exp(-z))
    "tanh": torch.tanh,  # 2 sigmoid(2 z) - 1
    "hard_tanh": functional.hardtanh,  # clip(z, -1, 1); Collobert et al. 2011, eq. 7
    "soft_sign": functional.softsign,  # z / (1 + |z|); Glorot and Bengio 2010
    "relu": torch.relu,  # max(z, 0)
    "leaky_relu": leaky_relu,
    "maxout": maxout,
}


def build_activation(name: str, *, leak: float, pieces: int) -> Activation:
    """The function `name` of a layer's sums alone; `leak` is leaky_relu's, `pieces` are maxout's."""
    function = ACTIVATIONS[name]
    if name == "leaky_relu":
        return partial(function, leak=leak)
    return partial(function, pieces=pieces) if name == "maxout" else function
