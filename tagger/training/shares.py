"""A batch to the parts of it that several processes learn from, and how much each part counts in the whole.

Every process draws the same batches from the same seed and takes its own part of each: no sentence is learnt from
twice, none is left out. The loss of the whole batch is a mean; the losses of the parts are scaled so that their sum is
that mean, and so is the sum of their gradients.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Share:
    """Which of how many processes this one is."""

    rank: int = 0
    count: int = 1


WHOLE = Share()
"""One process learns from everything."""


def deal(lengths: Numbers, count: int) -> list[Numbers]:
    """The places of `count` parts of nearly as many words: the longest first, to and fro; ascending in each part.

    A batch of fewer sentences than processes leaves some of them nothing.
    """
    order = np.argsort(-lengths, kind="stable")
    turns = np.arange(len(order)) % (2 * count)
    of = np.minimum(turns, 2 * count - 1 - turns)  # 0, 1, ..., n - 1, n - 1, ..., 1, 0, 0, 1, ...
    return [np.sort(order[of == rank]) for rank in range(count)]


def slice_of(total: int, share: Share) -> slice:
    """The part of `total` things in a row that falls to `share`; the parts differ by one at most."""
    return slice(total * share.rank // share.count, total * (share.rank + 1) // share.count)


def fractions(counts: Sequence[int]) -> list[float]:
    """What a mean over each part is multiplied by, so that the sum is the mean over all; 0 each where all are empty."""
    total = sum(counts)
    return [count / total if total else 0.0 for count in counts]


def own_generator(common: torch.Generator, share: Share) -> torch.Generator:
    """What this process draws a step's dropout from: its own numbers, by a seed drawn from what all have in common.

    `common` moves on alike everywhere, so that it can be saved by one process and restored by any number of them.
    """
    (seed,) = torch.randint(2**62, (1,), generator=common, device=common.device).tolist()
    return torch.Generator(common.device).manual_seed(seed + share.rank)
