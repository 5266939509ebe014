"""Activation functions of the hidden layers, by name."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

Activation = Callable[[Tensor], Tensor]

ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "hard_tanh": functional.hardtanh,  # clip(z, -1, 1); Collobert et al. 2011, eq. 7
    "soft_sign": functional.softsign,  # z / (1 + |z|); slope 1 / (1 + |z|)^2, Glorot and Bengio 2010
    "relu": torch.relu,
}
