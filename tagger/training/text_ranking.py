"""Held-out windows to how well a scorer tells the word in their centre from others."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tagger.network.window_network import WindowNetwork
from tagger.training.corruption import Corruption, draw_others

WINDOWS = 4_000  # held-out windows scored, at most
DRAWS = 10  # corruptions of each
RANKED_WINDOWS, RANKED_WORDS = 250, 1_000  # windows and words for the rank
BLOCK = 2_000_000  # numbers held at a time: windows x words x hidden units

SCORE_SEED = 0
"""The same windows and words for every seed of the training and after each round: scores stay comparable."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Windows [N, W], corruptions of their centres [N, DRAWS] and words [C] to rank each centre among: all rows."""

    windows: Tensor
    others: Tensor
    candidates: Tensor

    def to(self, device: torch.device) -> "HeldOut":
        """The same on `device`."""
        return HeldOut(self.windows.to(device), self.others.to(device), self.candidates.to(device))


def held_out_windows(
    rows: NDArray[np.int64], chances: NDArray[np.float64], reach: int, corruption: Corruption
) -> HeldOut:
    """Windows drawn from held-out text, as windows of training are (centres with `chances`).

    `rows` [M] as in a chunk of text; candidates are words of the vocabulary, each alike.
    """
    random = np.random.default_rng(SCORE_SEED)
    centres = random.permutation(np.flatnonzero(random.random(len(rows)) < chances[rows]))[:WINDOWS]
    windows = torch.from_numpy(rows[centres[:, None] + np.arange(-reach, reach + 1)])
    generator = torch.Generator().manual_seed(SCORE_SEED)
    pool = corruption.draw(10_000, generator)
    others = pool[draw_others(pool, windows[:, reach], DRAWS, generator)]
    words = np.flatnonzero(np.diff(corruption.sums.numpy(), prepend=0.0) > 0)
    candidates = random.permutation(words)[:RANKED_WORDS]
    return HeldOut(windows, others, torch.from_numpy(candidates))


def ranking_accuracy(network: WindowNetwork, task: str, held_out: HeldOut) -> float:
    """The share of pairs of a window and a corruption of it in which the window scores higher; ties count half."""
    return centre_ranks(network, task, held_out.windows, held_out.others).mean().item()


def relative_rank(network: WindowNetwork, task: str, held_out: HeldOut) -> float:
    """Mean rank of the true centre word among the candidates, as a share: 0 always first, 0.5 what chance gives.

    Each candidate that scores higher counts one, a tie half; the word itself is not its own rival.
    """
    windows = held_out.windows[:RANKED_WINDOWS]
    candidates = held_out.candidates.expand(len(windows), -1)
    return 1.0 - centre_ranks(network, task, windows, candidates).mean().item()


@torch.no_grad()
def centre_ranks(network: WindowNetwork, task: str, windows: Tensor, others: Tensor) -> Tensor:
    """The share of `others` that score lower than the true centre in each window; ties half; the same word left out.

    Shapes: windows [N, W] and others [N, C], rows; result [N], float64.
    """
    table, layer, head = network.lookup.get_submodule("word"), network.trunk[0], network.head(task)
    assert isinstance(table, nn.Embedding) and isinstance(layer, nn.Linear)
    width = windows.shape[1]
    middle = layer.weight.view(len(layer.weight), width, -1)[:, width // 2]  # [H, D]
    shares = []
    size = max(1, BLOCK // (others.shape[1] * len(middle)))
    for part, rivals in zip(torch.split(windows, size), torch.split(others, size), strict=True):
        own = part[:, width // 2]  # [n]
        sums = layer(table(part).flatten(1))  # [n, H]
        scores = network.activation(sums) @ head.weight[0]  # [n]
        rows, places = torch.unique(rivals, return_inverse=True)
        products = table(rows) @ middle.T  # [rows, H]
        around = sums - table(own) @ middle.T  # [n, H]
        rival_scores = network.activation(around[:, None] + products[places]) @ head.weight[0]  # [n, C]
        counted = rivals != own[:, None]
        lower = (rival_scores < scores[:, None]) + 0.5 * (rival_scores == scores[:, None])
        shares.append((lower * counted).sum(1) / counted.sum(1).clamp(min=1))
    return torch.cat(shares).double() if shares else torch.zeros(0, dtype=torch.float64)
