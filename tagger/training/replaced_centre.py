"""Windows of raw text and words to put in their centre, to the loss of telling them apart, and all its gradients.

A window scores s = u'f(W x + b) (Collobert et al. 2011, section 4.2, eq. 17; max margin as in the course notes 001):

    J = mean over all pairs of a window and one of its corruptions of max(0, D + s_c - s)

A corrupted window differs from the true one in the centre alone. W x is a sum over slots, so the sum over the 2k other
slots is worked out once a window, the centre's product once a word that stands in some centre of the step, and a
corruption costs one addition of H numbers. Only pairs within the margin have a gradient: once the network has learnt
something these are few, and the backward pass goes over them and the windows that they belong to alone.
tests/training/test_replaced_centre.py holds all of it against the loss of whole windows, written out.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

BLOCK = 512
"""Windows worked on at once: what they become (512 x 5 corruptions x 300 units, 3 MB) stays near the cache."""

GPU_BLOCK = 16_384
"""The same where there is no cache to stay in and a kernel's start costs."""

Activation = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Corrupted:
    """True windows and the words that corrupt them, as numbers of the step's R distinct words.

    Shapes: rows [R], their rows of the word table; windows [N, W]; pool [P], words that stand in for a centre;
    draws [N, K], places in `pool`.
    """

    rows: Tensor
    windows: Tensor
    pool: Tensor
    draws: Tensor


@dataclass(frozen=True, slots=True)
class Scorer:
    """The parameters of the scorer, and its activation with the derivative at (sum, output).

    Shapes: vectors [R, D] of the step's distinct words; weight [H, W * D]; bias [H]; output [H], the notes' u.
    """

    vectors: Tensor
    weight: Tensor
    bias: Tensor
    output: Tensor
    activation: Activation
    derivative: Callable[[Tensor, Tensor], Tensor]


@dataclass(slots=True)
class Gradients:
    """The loss of some windows with its gradients, sums over the windows; `wrong` pairs score the wrong way round."""

    vectors: Tensor
    weight: Tensor
    bias: Tensor
    output: Tensor
    loss: float = 0.0
    wrong: int = 0

    def scale(self, factor: float) -> None:
        """Multiply the loss and every gradient."""
        for name in ("vectors", "weight", "bias", "output"):
            getattr(self, name).mul_(factor)
        self.loss *= factor

    @classmethod
    def zeros(cls, scorer: Scorer) -> "Gradients":
        """No windows yet."""
        return cls(
            torch.zeros_like(scorer.vectors),
            torch.zeros_like(scorer.weight),
            torch.zeros_like(scorer.bias),
            torch.zeros_like(scorer.output),
        )

    def add(self, other: "Gradients") -> None:
        """Take in the sums over other windows."""
        for name in ("vectors", "weight", "bias", "output"):
            getattr(self, name).add_(getattr(other, name))
        self.loss += other.loss
        self.wrong += other.wrong


DERIVATIVES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "relu": lambda sums, outputs: (sums > 0).to(sums.dtype),
    "hard_tanh": lambda sums, outputs: (sums.abs() < 1).to(sums.dtype),
    "tanh": lambda sums, outputs: 1.0 - outputs.square(),
    "sigmoid": lambda sums, outputs: outputs * (1.0 - outputs),
    "soft_sign": lambda sums, outputs: (1.0 - outputs.abs()).square(),
}
"""f'(z) from z and f(z); of soft sign 1 / (1 + |z|)^2 = (1 - |f|)^2. At a kink the side that torch takes."""


def margin_gradients(
    scorer: Scorer, windows: Corrupted, margin: float, *, shards: int = 1, executor: Executor | None = None
) -> Gradients:
    """The loss and its gradients, means over the N * K pairs (N at least 1); `wrong` counts pairs.

    The windows are cut into `shards` parts whose sums are added in order. An executor works on them at the same time,
    with the same result: torch lets go of Python's lock while it computes.
    """
    layer, count = _split(scorer), len(windows.windows)
    drawn = scorer.vectors[windows.pool] @ layer.middle.T  # [P, H]
    parts = [
        partial(_shard, scorer, layer, drawn, windows, part, margin)
        for part in torch.arange(count).tensor_split(min(shards, count))  # no part is empty
    ]
    if executor is None:
        found = [part() for part in parts]
    else:
        found = [job.result() for job in [executor.submit(part) for part in parts]]
    total = found[0]
    for other in found[1:]:
        total.add(other)
    total.scale(1.0 / windows.draws.numel())
    return total


@dataclass(frozen=True, slots=True)
class _Layer:
    """The first layer by what it multiplies: the words around [H, (W - 1) * D], the centre [H, D]."""

    around: Tensor
    middle: Tensor
    slots: Tensor  # [W - 1], the slots around the centre


def _split(scorer: Scorer) -> _Layer:
    size = scorer.vectors.shape[1]
    width = scorer.weight.shape[1] // size
    centre = width // 2
    slots = torch.tensor([slot for slot in range(width) if slot != centre], dtype=torch.int64)
    by_slot = scorer.weight.view(len(scorer.weight), width, size)
    return _Layer(by_slot[:, slots].reshape(len(by_slot), -1), by_slot[:, centre].contiguous(), slots)


@torch.no_grad()  # each thread has a switch of its own
def _shard(
    scorer: Scorer, layer: _Layer, drawn: Tensor, windows: Corrupted, part: Tensor, margin: float
) -> Gradients:
    """Sums over the windows numbered in `part`. Shapes: drawn [P, H], the pool's products."""
    found = Gradients.zeros(scorer)
    parts = _Parts(*(torch.zeros_like(tensor) for tensor in (layer.around, layer.middle, drawn)))
    for block in torch.split(part, BLOCK if scorer.vectors.device.type == "cpu" else GPU_BLOCK):
        scored = _score(scorer, layer, drawn, windows.windows[block], windows.draws[block])
        losses = (margin - scored.lead).clamp_min(0.0)  # [n, K]
        found.loss += float(losses.sum())
        found.wrong += int((scored.lead <= 0).sum())
        _add_gradients(found, parts, scorer, layer, scored, losses > 0)
    parts.middle.addmm_(parts.drawn.T, scorer.vectors[windows.pool])
    found.vectors.index_add_(0, windows.pool, parts.drawn @ layer.middle)
    units, size = parts.middle.shape
    by_slot = found.weight.view(units, -1, size)
    by_slot[:, layer.slots] = parts.around.view(units, -1, size)
    by_slot[:, len(layer.slots) // 2] = parts.middle
    return found


@dataclass(frozen=True, slots=True)
class _Parts:
    """Gradients of the layer's two parts, and of the products of the pool's words with the middle one."""

    around: Tensor  # [H, (W - 1) * D]
    middle: Tensor  # [H, D]
    drawn: Tensor  # [P, H]


@dataclass(frozen=True, slots=True)
class _Scored:
    """What n windows and their corruptions come to on the way forward."""

    others: Tensor  # [n, W - 1], the words around
    centres: Tensor  # [n]
    draws: Tensor  # [n, K]
    inputs: Tensor  # [n, (W - 1) * D], vectors of the words around
    own: Tensor  # [n, D], of the centres
    sums: Tensor  # [n, H], and below the activation's outputs
    outputs: Tensor
    corrupted_sums: Tensor  # [n, K, H]
    corrupted_outputs: Tensor
    lead: Tensor  # [n, K], of a window's score before each corruption's


def _score(scorer: Scorer, layer: _Layer, drawn: Tensor, numbers: Tensor, draws: Tensor) -> _Scored:
    """Shapes: numbers [n, W]; draws [n, K]."""
    others, centres = numbers[:, layer.slots], numbers[:, len(layer.slots) // 2]
    inputs = scorer.vectors.index_select(0, others.flatten()).view(len(numbers), -1)
    own = scorer.vectors.index_select(0, centres)
    shared = torch.addmm(scorer.bias, inputs, layer.around.T)  # [n, H], of both kinds of window
    sums = torch.addmm(shared, own, layer.middle.T)
    outputs = scorer.activation(sums)
    corrupted_sums = drawn.index_select(0, draws.flatten()).view(*draws.shape, -1)
    corrupted_sums += shared[:, None]
    corrupted_outputs = scorer.activation(corrupted_sums)
    lead = (outputs @ scorer.output)[:, None] - corrupted_outputs @ scorer.output
    return _Scored(
        others, centres, draws, inputs, own, sums, outputs, corrupted_sums, corrupted_outputs, lead
    )


def _add_gradients(
    found: Gradients, parts: _Parts, scorer: Scorer, layer: _Layer, scored: _Scored, within: Tensor
) -> None:
    """Add what the pairs `within` the margin give to `found` and `parts`. Shape: within [n, K]."""
    window, draw = within.nonzero(as_tuple=True)  # [p] pairs
    pair_outputs = scored.corrupted_outputs[window, draw]  # [p, H]
    of_pairs = scorer.derivative(scored.corrupted_sums[window, draw], pair_outputs) * scorer.output  # [p, H]
    kept, window = torch.unique_consecutive(window, return_inverse=True)  # windows with such a pair [m]
    pairs = torch.bincount(window, minlength=len(kept)).to(of_pairs.dtype)[:, None]  # [m, 1]
    outputs = scored.outputs[kept]
    of_sums = scorer.derivative(scored.sums[kept], outputs) * (-pairs * scorer.output)  # [m, H]
    of_shared = of_sums.index_add(0, window, of_pairs)
    found.output.add_(pair_outputs.sum(0)).sub_((pairs * outputs).sum(0))
    found.bias.add_(of_shared.sum(0))
    parts.drawn.index_add_(0, scored.draws[kept[window], draw], of_pairs)
    parts.around.addmm_(of_shared.T, scored.inputs[kept])
    parts.middle.addmm_(of_sums.T, scored.own[kept])
    found.vectors.index_add_(0, scored.centres[kept], of_sums @ layer.middle)
    of_inputs = (of_shared @ layer.around).view(-1, scorer.vectors.shape[1])  # [m * (W - 1), D]
    found.vectors.index_add_(0, scored.others[kept].flatten(), of_inputs)
