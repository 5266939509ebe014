"""Word-level log-likelihood: every word's tag on its own."""

from torch import Tensor
from torch.nn import functional


def word_loss(scores: Tensor, gold: Tensor) -> Tensor:
    """Negative log-likelihood of the gold labels under a softmax over each word's scores: mean over words, nats.

    Shapes: scores [N, K] unnormalised; gold [N] label numbers. Source: Collobert et al. 2011, eq. 9-10.
    """
    return functional.cross_entropy(scores, gold)
