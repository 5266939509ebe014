"""Squared error of sigmoid outputs: every label an output of its own that should be 1 on the gold label, else 0."""

import torch
from torch import Tensor
from torch.nn import functional


def squared_error(scores: Tensor, targets: Tensor) -> Tensor:
    """1/2 the sum over outputs of (y - a)^2 with a = 1 / (1 + exp(-s)): one number a word.

    Shapes: scores [N, K], targets y [N, K], result [N]. The gradient of a score is (a - y) a (1 - a): close to 0 where
    the output is saturated, right or wrong; from |s| = 17 on (float32, a rounded to 1) it is 0.
    """
    return (targets - torch.sigmoid(scores)).square().sum(1) / 2


def squared_error_loss(scores: Tensor, gold: Tensor) -> Tensor:
    """Squared error against 1 for the gold label and 0 for the others: mean over words, no unit, at most K / 2.

    Shapes: scores [N, K] before the sigmoid; gold [N] label numbers.
    """
    targets = functional.one_hot(gold, scores.shape[1]).to(scores.dtype)  # [N, K]
    return squared_error(scores, targets).mean()


def log_outputs(scores: Tensor) -> Tensor:
    """The log of the sigmoid outputs; their softmax is the outputs divided by their sum. Shapes: any, kept.

    The outputs that minimise the squared error are the probabilities of the labels, but need not sum to 1.
    """
    return functional.logsigmoid(scores)
