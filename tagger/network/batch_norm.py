"""Sums of a hidden layer to the same sums with mean 0 and variance 1 over the batch, then scaled and shifted."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from tagger.saved import BATCH_NORM_EPSILON

MOMENTUM = 0.1
"""Weight of a batch in the running statistics; torch's default."""


class BatchNorm(nn.Module):
    """(x - mu) / sqrt(sigma^2 + eps) * gamma + beta for each sum; Ioffe and Szegedy 2015, algorithms 1 and 2.

    `weight` is gamma, `bias` beta. mu and sigma^2 are those of the batch's words while training (sigma^2 divided by N),
    the running ones otherwise: r <- 0.9 r + 0.1 batch after each batch, sigma^2 there divided by N - 1, as torch does.
    A batch of one word has no variance: it goes by the running statistics in training too, and leaves them as they are.
    So does every batch while gamma needs no gradient: a frozen layer computes the same in training as in tagging.
    The course notes print x - sigma in the place of x - mu. `torch.nn.BatchNorm1d` gives the same numbers, but saves an
    integer counter beside them and refuses a batch of one word.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, sums: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(sums))
        self.bias = nn.Parameter(torch.zeros(sums))
        self.register_buffer("running_mean", torch.zeros(sums))
        self.register_buffer("running_var", torch.ones(sums))

    def reset(self) -> None:
        """Back to gamma 1, beta 0 and the running statistics of no batch at all: mean 0, variance 1."""
        for values in (self.weight, self.running_var):
            nn.init.ones_(values)
        for values in (self.bias, self.running_mean):
            nn.init.zeros_(values)

    def forward(self, sums: Tensor) -> Tensor:
        """Shapes: sums [N, H] of N words, no padding among them; result [N, H]."""
        return functional.batch_norm(
            sums,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            training=self.training and self.weight.requires_grad and len(sums) > 1,
            momentum=MOMENTUM,
            eps=BATCH_NORM_EPSILON,
        )
