"""Margin between the gold tag and the best other tag of each word (multiclass hinge)."""

import torch
from torch import Tensor


def tags_margin_loss(scores: Tensor, gold: Tensor, margin: float) -> Tensor:
    """max(0, margin + best other score - gold score): mean over words, in units of the scores.

    Shapes: scores [N, K]; gold [N] label numbers. No gradient where the margin holds; other labels of equal best score
    share theirs. With one label there is no other: the loss is 0.
    Source: Crammer and Singer 2001, "On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines".
    """
    chosen = gold[:, None]  # [N, 1]
    best_other = scores.scatter(1, chosen, -torch.inf).amax(1)  # [N]
    return torch.relu(margin + best_other - scores.gather(1, chosen)[:, 0]).mean()
