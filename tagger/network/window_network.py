"""The window network: forms and windows of them in, scores of every task's labels out.

s = U f(W x + b) + c with x the concatenated vectors of the words of a window (Collobert et al. 2011, section 3.3.1).
W x is a sum over the window's slots of W_j x_j, and x_j depends on the form alone: the products are computed once for
each distinct form of a batch and summed for each word, which gives the same result for a fraction of the work.

A maxout unit has P sums: its layer's matrix has P * H rows, the first sums of all units on top. Batch normalisation
stands between a layer's sums and its activation. All of it works in float64 too (`network.double()`).
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn
from torch.nn import functional

from tagger.errors import SettingsError
from tagger.network.activations import build_activation
from tagger.network.batch_norm import BatchNorm
from tagger.network.heads import Head
from tagger.network.initialisers import INITIALISERS, lookup_uniform
from tagger.network.lookup import Lookup

MIXED_DEVICES = ("cuda",)
"""Kinds of devices on which all matrix products are worth rounding."""


class WindowNetwork(nn.Module):
    """Lookup tables and hidden layers shared by the heads of all tasks."""

    def __init__(
        self,
        lookup: Lookup,
        heads: Mapping[str, Head],
        *,
        window: int,
        hidden: tuple[int, ...],
        activation: str,
        leak: float = 0.01,
        pieces: int = 2,
        batch_norm: bool = False,
        input_dropout: float = 0.0,
        dropout: float = 0.0,
    ) -> None:
        """`window` counts the words seen at once (odd); `hidden` the units of each layer; dropouts are shares.

        `leak` is the slope of leaky_relu below zero, `pieces` the sums of a maxout unit.
        """
        super().__init__()
        self.window = window
        self.activation = build_activation(activation, leak=leak, pieces=pieces)
        self.sums = pieces if activation == "maxout" else 1  # of each hidden unit
        self.input_dropout, self.dropout = input_dropout, dropout
        self.in_bfloat16 = False  # products with 16 bits while training: of the first layer, on a GPU of all
        self.lookup = lookup
        widths = (window * lookup.width, *hidden)
        self.trunk = nn.ModuleList(
            nn.Linear(inputs, self.sums * units) for inputs, units in zip(widths, hidden, strict=False)
        )
        self.norms = nn.ModuleList(BatchNorm(self.sums * units) for units in hidden if batch_norm)
        self.heads = nn.ModuleDict()
        for name, head in heads.items():
            if hasattr(self.heads, name) or "." in name or not name:
                raise SettingsError(
                    f"tasks.{name}", "another name", f"{name!r}", "torch needs that name itself."
                )
            self.heads[name] = head

    def head(self, task: str) -> Head:
        """The head of `task`."""
        head = self.heads[task]
        assert isinstance(head, Head)
        return head

    def forward(
        self,
        rows: Tensor,
        characters: Tensor,
        windows: Tensor,
        *,
        tasks: tuple[str, ...] | None = None,
        generator: torch.Generator | None = None,
        watch: list[tuple[Tensor, Tensor]] | None = None,
    ) -> dict[str, Tensor]:
        """Scores of the labels, a task each, unnormalised.

        Shapes: rows [U, F] and characters [U, L] of U distinct forms, the first of them padding; windows [N, W]
        numbers of forms, 0 outside the sentence; each result [N, K]. `generator` draws the dropout while training.
        `watch` as in `hidden`.
        """
        with self._mixed_precision(windows.device.type):
            hidden = self.hidden(rows, characters, windows, generator=generator, watch=watch)  # [N, H]
            scores = {name: self.heads[name](hidden) for name in (tasks or tuple(self.heads))}
        kind = next(self.parameters()).dtype
        return {name: values.to(kind) for name, values in scores.items()}

    def hidden(
        self,
        rows: Tensor,
        characters: Tensor,
        windows: Tensor,
        *,
        generator: torch.Generator | None = None,
        watch: list[tuple[Tensor, Tensor]] | None = None,
    ) -> Tensor:
        """The last hidden layer. Shapes as in `forward`; result [N, H].

        `watch`, where given, gets of each hidden layer what goes into the activation ([N, H], of maxout [N, P * H];
        batch normalisation done) and the outputs before dropout [N, H], detached.
        """
        vectors = self._drop(self.lookup(rows, characters), self.input_dropout, generator)  # [U, D]
        first = self.trunk[0]
        assert isinstance(first, nn.Linear)
        width = first.out_features  # H, of maxout P * H
        by_slot = first.weight.view(width, self.window, -1).permute(2, 1, 0)  # [D, W, H]
        products = self._product(vectors, by_slot.reshape(vectors.shape[1], -1))  # [U, W * H]
        slots = windows * self.window + torch.arange(self.window, device=windows.device)  # [N, W]
        summed = functional.embedding_bag(slots, products.view(-1, width), mode="sum")  # [N, H]
        hidden = self._outputs(0, summed + first.bias, generator, watch)
        for number, layer in enumerate(self.trunk[1:], start=1):
            hidden = self._outputs(number, layer(hidden), generator, watch)
        return hidden

    def _outputs(
        self,
        layer: int,
        sums: Tensor,
        generator: torch.Generator | None,
        watch: list[tuple[Tensor, Tensor]] | None,
    ) -> Tensor:
        """The outputs of hidden layer number `layer` after dropout. Shapes: sums [N, H or P * H]; result [N, H]."""
        if self.norms:
            sums = self.norms[layer](sums)
        outputs = self.activation(sums)
        if watch is not None:
            watch.append((sums.detach(), outputs.detach()))
        return self._drop(outputs, self.dropout, generator)

    def _product(self, vectors: Tensor, matrix: Tensor) -> Tensor:
        """The matrix product; with `in_bfloat16`, while training, of rounded numbers, and so are its gradients.

        Sums are in single precision inside; what comes out is rounded too, to 8 bits, less than dropout disturbs it.
        """
        if self.in_bfloat16 and self.training:
            return (vectors.bfloat16() @ matrix.bfloat16()).to(vectors.dtype)
        return vectors @ matrix

    def _mixed_precision(self, device: str) -> AbstractContextManager[object]:
        """On a GPU `in_bfloat16` holds for all matrix products, by torch's automatic mixed precision.

        On a CPU for the one of the first layer alone: the others are too small to gain.
        """
        if self.in_bfloat16 and self.training and device in MIXED_DEVICES:
            return torch.autocast(device, torch.bfloat16)
        return nullcontext()

    def _drop(self, values: Tensor, share: float, generator: torch.Generator | None) -> Tensor:
        """Inverted dropout of a `share` of the values, while training."""
        if not self.training or not share:
            return values
        return values * dropout_factors(values, share, generator)


def dropout_factors(like: Tensor, share: float, generator: torch.Generator | None) -> Tensor:
    """What inverted dropout multiplies values by: 0, or 1 / (share kept), so that the mean stays (Srivastava 2014).

    `share` is rounded to 1 / 256, one random byte a value: ten times as fast as a random float each.
    """
    threshold = min(max(round(256 * (1.0 - share)), 1), 256)
    words = torch.empty(-(-like.numel() // 8), dtype=torch.int64, device=like.device)
    chances = (
        words.random_(-(2**63), None, generator=generator).view(torch.uint8)[: like.numel()].view(like.shape)
    )
    return (chances < threshold).to(like.dtype) * (256.0 / threshold)


def initialise(network: WindowNetwork, name: str, generator: torch.Generator) -> None:
    """Fill every weight of `network` from `generator`: matrices by the rule `name`, lookup tables, zero biases.

    The sums of a maxout unit are matrices [H, n_in] of their own to the rule. So Glorot's fan-out is H: only one sum of
    a unit gets its gradient, and so many are what the backward pass adds up. Batch normalisation starts with gamma 1,
    beta 0.
    """
    rule = INITIALISERS[name]
    for norm in network.norms:
        assert isinstance(norm, BatchNorm)
        norm.reset()
    for parameter_name, parameter in network.named_parameters():
        if parameter_name.startswith("norms."):
            continue
        if parameter_name.endswith((".bias", ".transitions")):
            nn.init.zeros_(parameter)
        elif parameter_name.startswith("lookup.") and parameter_name.endswith(".weight"):
            lookup_uniform(parameter, generator)
        else:
            for matrix in parameter.chunk(network.sums if parameter_name.startswith("trunk.") else 1):
                rule(matrix, generator)
