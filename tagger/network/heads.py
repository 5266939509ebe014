"""A task's head: scores of its labels, with transition scores where whole sentences are scored."""

import torch
from torch import Tensor, nn


class Head(nn.Linear):
    """Scores of the labels of one task; `transitions` [K + 1, K] (last row: the start) if it is sentence-level.

    `start_allowed` [K], `allowed` [K, K] (from, to) and `end_allowed` [K] say which tags the scheme lets stand first,
    after one another and last. They follow from the labels, so they are not part of the saved weights.
    `objective` names the loss that the head is trained with and how its scores add up to a path's; `margin` is the
    lead that the objectives tags-margin and margin ask for, `corruptions` how many corrupted windows margin draws for
    each true one.

    With `fixed_bias` the bias is no parameter but a buffer of zeros, saved like any: in a scorer's loss it cancels,
    so that nothing but round-off would ever move it.
    """

    start_allowed: Tensor
    allowed: Tensor
    end_allowed: Tensor

    def __init__(self, units: int, labels: int, *, sentence_level: bool, fixed_bias: bool = False) -> None:
        super().__init__(units, labels)
        if fixed_bias:
            del self.bias
            self.register_buffer("bias", torch.zeros(labels))
        self.objective, self.margin, self.corruptions = "sentence" if sentence_level else "word", 1.0, 1
        self.transitions = nn.Parameter(torch.zeros(labels + 1, labels)) if sentence_level else None
        for name, shape in (
            ("start_allowed", (labels,)),
            ("allowed", (labels, labels)),
            ("end_allowed", (labels,)),
        ):
            self.register_buffer(name, torch.ones(shape, dtype=torch.bool), persistent=False)

    def allow(self, start: Tensor, pairs: Tensor, end: Tensor) -> None:
        """Set the tags allowed first [K], from one word to the next [K, K] and last [K]."""
        self.start_allowed, self.allowed, self.end_allowed = start, pairs, end

    def transition_scores(self) -> tuple[Tensor, Tensor, Tensor]:
        """Scores of the first tag [K], of each pair [K, K] and of the last tag [K]; -inf where the scheme forbids.

        A word-level head has no scores of its own here: zero wherever the scheme allows.
        """
        labels = self.out_features
        table = (
            self.transitions if self.transitions is not None else self.weight.new_zeros(labels + 1, labels)
        )
        start = table[labels].masked_fill(~self.start_allowed, -torch.inf)
        pairs = table[:labels].masked_fill(~self.allowed, -torch.inf)
        return start, pairs, table.new_zeros(labels).masked_fill(~self.end_allowed, -torch.inf)
