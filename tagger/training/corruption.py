"""Counts of words to which words corrupt a window, and which words stand in the centre how often."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tagger.text.vocabulary import RESERVED

THROWS = 8
"""Times that a word is drawn again before the others are looked for one by one."""


@dataclass(frozen=True, slots=True)
class Corruption:
    """Draws words with chances in proportion to count ** power (0: each alike), reserved rows never.

    Collobert et al. 2011 (section 4.2) draw each word of the dictionary alike. Rare words then corrupt most windows and
    are soon told apart by being rare; the root of the counts (power 0.5) makes harder pairs.
    """

    sums: Tensor  # [V], float64: running sums of the chances of the rows, the last one 1

    @classmethod
    def of_counts(cls, counts: NDArray[np.int64], power: float) -> "Corruption":
        """From the counts of the words in row order, without reserved rows. Shapes: counts [V - RESERVED]."""
        chances = np.concatenate([np.zeros(RESERVED), counts.astype(np.float64) ** power])
        sums = np.cumsum(chances)
        return cls(torch.from_numpy(sums / sums[-1]))

    def to(self, device: torch.device) -> "Corruption":
        """The same on `device`, that of the generator that it is to draw with."""
        return Corruption(self.sums.to(device))

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """`count` rows, independent of each other. Shape: [count]."""
        chances = torch.rand(count, generator=generator, dtype=torch.float64, device=generator.device)
        return torch.searchsorted(self.sums, chances, right=True).clamp_(max=len(self.sums) - 1)


def draw_others(pool: Tensor, centres: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """For each window `count` places in `pool` of words other than its centre; each such place alike.

    `pool` and `centres` lie on the generator's device.

    Shapes: pool [P] and centres [N], rows; result [N, count]. Of a word that is all the pool holds the place stays:
    such a pair scores alike on both sides and teaches nothing.
    """
    device = generator.device
    draws = torch.randint(len(pool), (len(centres), count), generator=generator, device=device)  # [N, count]
    for _ in range(THROWS):
        same = pool[draws] == centres[:, None]
        again = int(same.sum())
        if not again:
            return draws
        draws[same] = torch.randint(len(pool), (again,), generator=generator, device=device)
    same = pool[draws] == centres[:, None]
    for row in torch.unique(centres[same.any(1)]):  # a word that is most of the pool
        places = (pool != row).nonzero()[:, 0]
        chosen = same & (centres == row)[:, None]
        if len(places):
            numbers = torch.randint(len(places), (int(chosen.sum()),), generator=generator, device=device)
            draws[chosen] = places[numbers]
    return draws


def centre_chances(counts: NDArray[np.int64], tokens: int, subsample: float) -> NDArray[np.float64]:
    """How likely each row is to be taken as the centre of a window where it stands; reserved rows never are.

    sqrt(t / f) + t / f, at most 1, with f the word's share of the text and t = `subsample`: what the program word2vec
    does to whole words (its paper, Mikolov et al. 2013, section 2.3, has sqrt(t / f) alone). Here the word stays in
    the windows of others. 0: always 1. Shapes: counts [V - RESERVED]; result [V].
    """
    share = counts / max(tokens, 1)
    with np.errstate(divide="ignore"):
        chances = np.minimum(np.sqrt(subsample / share) + subsample / share, 1.0)
    if not subsample:
        chances = np.ones(len(counts))
    return np.concatenate([np.zeros(RESERVED), chances])
