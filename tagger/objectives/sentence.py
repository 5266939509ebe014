"""Sentence-level log-likelihood: scores of whole paths of tags.

A path's score is start[y_1] + s_1[y_1] + sum over t > 1 of (pairs[y_(t-1), y_t] + s_t[y_t]) + end[y_T].
The log partition is the log of the sum of exp(score) over all paths (Collobert et al. 2011, eq. 11-14); its gradient
is the probability of each tag and of each pair, so it comes from one forward and one backward recursion.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

LARGEST_EXPONENT = 700.0
"""exp() of more overflows float64."""


def sentence_loss(
    scores: Tensor, gold: Tensor, mask: Tensor, transitions: tuple[Tensor, Tensor, Tensor]
) -> Tensor:
    """Negative log-likelihood of the gold paths, summed over the sentences, nats.

    Shapes: scores [B, T, K] unnormalised; gold [B, T] label numbers (anything on padding); mask [B, T] true on words,
    words first; transitions = start [K], pairs [K, K] (from, to), end [K], -inf where forbidden.
    A gold path that takes a forbidden transition has probability 0: the loss is inf.
    """
    return (log_partition(scores, mask, transitions) - path_score(scores, gold, mask, transitions)).sum()


def path_score(
    scores: Tensor, gold: Tensor, mask: Tensor, transitions: tuple[Tensor, Tensor, Tensor]
) -> Tensor:
    """The score of each sentence's path `gold`. Shapes as in `sentence_loss`; result [B]."""
    start, pairs, end = transitions
    gold = gold.where(mask, 0)
    words = scores.gather(2, gold[:, :, None])[:, :, 0].where(mask, 0.0).sum(1)
    steps = pairs[gold[:, :-1], gold[:, 1:]].where(mask[:, 1:], 0.0).sum(1)
    last = gold.gather(1, mask.sum(1, keepdim=True) - 1)[:, 0]
    return start[gold[:, 0]] + words + steps + end[last]


def log_partition(scores: Tensor, mask: Tensor, transitions: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """The log of the summed exp(score) of all allowed paths, nats. Shapes as in `sentence_loss`; result [B].

    Computed in float64 whatever the input's type; the gradient is that of the recursion, found in closed form.
    """
    result: Tensor = _LogPartition.apply(scores, mask, *transitions)  # type: ignore[no-untyped-call]
    return result


class _LogPartition(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, scores: Tensor, mask: Tensor, start: Tensor, pairs: Tensor, end: Tensor) -> Tensor:
        wide, by_time = scores.double().transpose(0, 1), mask.T  # [T, B, K], [T, B]
        forward, backward, log_z = _recursions(wide, by_time, (start, pairs, end))
        ctx.save_for_backward(wide, by_time, forward, backward, log_z, pairs)
        return log_z.to(scores.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        wide, mask, forward, backward, log_z, pairs = ctx.saved_tensors
        share = gradient.double()[None, :, None]  # [1, B, 1]
        tags = (forward + backward - log_z[:, None]).exp() * mask[:, :, None] * share  # [T, B, K]
        # pair (i, j) before word t: exp(forward_(t-1)[i] + pairs[i, j] + s_t[j] + backward_t[j] - log_z)
        peak = forward[:-1].amax(2, keepdim=True)
        before = (forward[:-1] - peak).exp() * mask[1:, :, None] * share  # [T - 1, B, K]
        after = (wide[1:] + backward[1:] + peak - log_z[:, None]).clamp(max=LARGEST_EXPONENT).exp()
        after = after * mask[1:, :, None]
        labels = pairs.shape[0]
        steps = (before.reshape(-1, labels).T @ after.reshape(-1, labels)) * pairs.double().exp()
        last = mask & ~torch.cat([mask[1:], torch.zeros_like(mask[:1])])  # [T, B], true on each last word
        ends = (tags * last[:, :, None]).sum((0, 1))
        kind = pairs.dtype
        return tags.transpose(0, 1).to(kind), None, tags[0].sum(0).to(kind), steps.to(kind), ends.to(kind)


def _recursions(
    scores: Tensor, mask: Tensor, transitions: tuple[Tensor, Tensor, Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    """Forward [T, B, K], backward [T, B, K] and log partition [B].

    forward_t[j]: log sum over the paths that end in tag j at word t, its score included; backward_t[j]: the same over
    what can follow tag j at word t, its score not included. Shapes: scores [T, B, K] float64; mask [T, B].
    """
    start, pairs, end = (part.double() for part in transitions)
    length, odds = scores.shape[0], pairs.exp()
    both = torch.stack([odds, odds.T])  # [2, K, K]: forward and backward go hand in hand, one from each end
    path = scores.new_empty(2, *scores.shape)  # the second: backward with the word's own score
    ending = scores + end  # [T, B, K]
    path[0, 0], path[1, -1] = start + scores[0], ending[-1]
    for t in range(1, length):
        back = length - 1 - t
        step = _log_product(torch.stack([path[0, t - 1], path[1, back + 1]]), both)  # [2, B, K]
        path[0, t] = torch.where(mask[t][:, None], step[0] + scores[t], path[0, t - 1])
        path[1, back] = torch.where(mask[back + 1][:, None], step[1] + scores[back], ending[back])
    return path[0], path[1] - scores, (path[0, -1] + end).logsumexp(1)


def _log_product(logs: Tensor, odds: Tensor) -> Tensor:
    """log(exp(logs) @ odds), shifted by the largest so that exp() neither overflows nor vanishes.

    Shapes: logs [2, B, K], odds [2, K, K], result [2, B, K].
    """
    peak = logs.amax(2, keepdim=True)
    return torch.bmm((logs - peak).exp(), odds).log() + peak
