"""Distillation: cross entropy between what another network believes of the labels and what this one does.

Hinton et al. 2015, "Distilling the Knowledge in a Neural Network"; Li and Hoiem 2016, "Learning without Forgetting",
eq. 2-4, who let a network keep its old tasks while it learns new ones from data without old labels. Both soften the
probabilities by a temperature of 2; here they are taken as they are, so that the loss is least, and its gradient zero,
where the network says of a word what the other one says.
"""

import torch
from torch import Tensor

from tagger.objectives.sentence import log_partition

Transitions = tuple[Tensor, Tensor, Tensor]  # start [K], pairs [K, K] (from, to), end [K]


def word_distillation(terms: Tensor, beliefs: Tensor) -> Tensor:
    """- sum over labels of p log q, with q the softmax of the word's `terms`: mean over words, nats.

    Shapes: terms [N, K]; beliefs p [N, K], each row sums to 1. The gradient of a term is (q - p) / N.
    """
    return -(beliefs * terms.log_softmax(1)).sum(1).mean()


def path_beliefs(scores: Tensor, mask: Tensor, transitions: Transitions) -> tuple[Tensor, Transitions]:
    """How probable each tag of each word is [B, T, K], and how many of each transition the batch is to expect.

    Shapes: scores [B, T, K], mask [B, T] and transitions as in `sentence_loss`; the expected transitions have the
    shapes of `transitions`. All are gradients of the log partition (`objectives/sentence.py`). No gradient.
    """
    parts = [part.detach().requires_grad_() for part in (scores, *transitions)]
    with torch.enable_grad():
        total = log_partition(parts[0], mask, (parts[1], parts[2], parts[3])).sum()
    tags, start, pairs, end = torch.autograd.grad(total, parts)
    return tags, (start, pairs, end)


def path_distillation(
    scores: Tensor,
    mask: Tensor,
    transitions: Transitions,
    tags: Tensor,
    expected: Transitions,
) -> Tensor:
    """- sum over all paths of P(path) log Q(path), summed over the sentences, nats.

    Q is the distribution over paths of `scores` and `transitions`, P the one that `tags` and `expected` were taken
    from by `path_beliefs`. A path's log Q is its score less the log partition, and its score a sum over tags and
    transitions: so their expectations under P are all of P that is needed. Shapes as there.
    """
    words = (tags * scores).where(mask[:, :, None], 0.0).sum()
    steps = [
        torch.where(count > 0, count * score, 0.0).sum()  # a forbidden transition: 0 * -inf
        for count, score in zip(expected, transitions, strict=True)
    ]
    return log_partition(scores, mask, transitions).sum() - words - torch.stack(steps).sum()
