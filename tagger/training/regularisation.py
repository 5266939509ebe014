"""What keeps weights and gradients small: penalties on the loss, bounds on norms.

The penalties fall on weight matrices (hidden layers, heads, character filters), never on biases, transition scores or
the scales and shifts of batch normalisation; on lookup tables only where asked for, then on all of their rows: the
padding row is a vector that is learnt like any other.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from tagger.training.parameters import lookup_tables, merged_gradient, weight_matrices


def penalty(network: nn.Module, *, l1: float = 0.0, l2: float = 0.0, lookups: bool = False) -> Tensor:
    """l2 / 2 * sum of w^2 + l1 * sum of |w| over the penalised weights, a scalar to differentiate.

    The notes print lambda * ||W||_F; their text (quadratic) and their update (w shrinks by a share of itself) mean
    lambda / 2 * ||W||_F^2, whose gradient is lambda * w. They divide lambda by a number of weights or examples: here
    the loss is a mean, so lambda stands alone.
    """
    weights = penalised(network, lookups=lookups)
    squares = torch.stack([(weight**2).sum() for weight in weights]).sum()
    absolutes = torch.stack([weight.abs().sum() for weight in weights]).sum()
    return l2 / 2 * squares + l1 * absolutes


def penalised(network: nn.Module, *, lookups: bool = False) -> list[nn.Parameter]:
    """The weights that penalties fall on."""
    tables = lookup_tables(network) if lookups else {}
    return [*weight_matrices(network).values(), *tables.values()]


def add_penalty_gradients(weights: Iterable[nn.Parameter], *, l1: float = 0.0, l2: float = 0.0) -> None:
    """Add l2 * w + l1 * sign(w), the gradient of `penalty`, to the gradients that stand there.

    sign(0) is 0, so that a weight without other gradient stays at 0; the notes (002) print 1.
    Weights without a gradient are left out: a head is penalised by the batches that teach it, and by no others.
    """
    with torch.no_grad():
        for weight in weights:
            if weight.grad is not None and l2:
                weight.grad.add_(weight, alpha=l2)
            if weight.grad is not None and l1:
                weight.grad.add_(weight.sign(), alpha=l1)


def clip_gradients(network: nn.Module, limit: float) -> None:
    """Scale all gradients by one factor so that their norm, all taken as one vector, is at most `limit`.

    Pascanu et al. 2013, "On the difficulty of training recurrent neural networks", algorithm 1.
    """
    gradients = [merged_gradient(p) for p in network.parameters() if p.grad is not None]
    if not gradients:  # all that this batch teaches is frozen
        return
    norm = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients]))
    factor = torch.clamp(limit / (norm + 1e-6), max=1.0)
    for gradient in gradients:
        gradient.mul_(factor)


def bound_incoming_weights(network: nn.Module, limit: float) -> None:
    """Scale the weights into each hidden unit (each piece of a maxout unit) back to norm `limit` where it is larger.

    Biases do not count; layers that need no gradient keep their weights. Srivastava et al. 2014, "Dropout", section 5.1
    (max-norm).
    """
    with torch.no_grad():
        for name, matrix in weight_matrices(network).items():
            if name.startswith("trunk.") and matrix.requires_grad:
                matrix.renorm_(2, 0, limit)
