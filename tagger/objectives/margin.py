"""Margin between the scores of true and of corrupted windows: J = max(0, D + s_c - s), D the margin.

s = u'f(Wx + b) + c of a true window, s_c of a corrupted one, under the same weights. The bias c of the score stands in
both and cancels: its gradient is 0, whatever the pair. (The bias b of the hidden layer does not cancel, against what
the notes (001) suspect where they leave biases out of the penalty: it goes through f, elsewhere for each window.)
"""

import torch
from torch import Tensor


def margin_loss(true: Tensor, corrupted: Tensor, margin: float) -> Tensor:
    """max(0, margin + corrupted - true): mean over all n * k pairs, in units of the scores; 0 where there is no pair.

    Shapes: true [n] scores of true windows; corrupted [n], or [n, k] with k corrupted windows of each; result [].
    A pair that holds the margin, be it only just, has gradient exactly 0; each other one has -1 / (n * k) for its true
    and 1 / (n * k) for its corrupted window.
    Source: Collobert and Weston 2008, section 4, and Collobert et al. 2011, eq. 17, which sum where we average.
    """
    if corrupted.dim() == true.dim() + 1:
        true = true[:, None]  # [n, 1]
    elif corrupted.shape != true.shape:
        raise ValueError(f"expected [n] and [n] or [n, k], found {true.shape} and {corrupted.shape}")
    missing = torch.relu(margin + corrupted - true)  # [n] or [n, k]
    return missing.sum() / max(missing.numel(), 1)


def mean_margin_loss(true: Tensor, corrupted: Tensor, margin: float) -> Tensor:
    """`margin_loss` of every true window with every corrupted one: mean over all n * m pairs. No gradient.

    Shapes: true [n]; corrupted [m]; result [], float64. Sorted scores and their running sums take O((n + m) log m):
    of a true window those above its score less the margin count, each with its distance from there.
    """
    with torch.no_grad():
        if not true.numel() or not corrupted.numel():
            return torch.zeros((), dtype=torch.float64, device=true.device)
        others = corrupted.double().sort().values  # [m]
        sums = torch.cat([others.new_zeros(1), others.cumsum(0)])  # [m + 1], of the lowest 0, 1, ... of them
        bounds = true.double() - margin  # [n]
        below = torch.searchsorted(others, bounds, right=True)  # [n], corrupted windows that hold the margin
        excess = sums[-1] - sums[below] - (len(others) - below) * bounds  # [n]
        return excess.clamp(min=0.0).sum() / (len(true) * len(others))
