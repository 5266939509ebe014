"""The window network: forms and windows of them in, scores of every task's labels out.

s = U f(W x + b) + c with x the concatenated vectors of the words of a window (Collobert et al. 2011, section 3.3.1).
W x is a sum over the window's slots of W_j x_j, and x_j depends on the form alone: the products are computed once for
each distinct form of a batch and summed for each word, which gives the same result for a fraction of the work.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from tagger.errors import SettingsError
from tagger.network.activations import ACTIVATIONS
from tagger.network.heads import Head
from tagger.network.initialisers import INITIALISERS, lookup_uniform
from tagger.network.lookup import Lookup


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
        input_dropout: float = 0.0,
        dropout: float = 0.0,
    ) -> None:
        """`window` counts the words seen at once (odd); `hidden` the units of each layer; dropouts are shares."""
        super().__init__()
        self.window = window
        self.activation = ACTIVATIONS[activation]
        self.input_dropout, self.dropout = input_dropout, dropout
        self.lookup = lookup
        widths = (window * lookup.width, *hidden)
        self.trunk = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, hidden, strict=False))
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
    ) -> dict[str, Tensor]:
        """Scores of the labels, a task each, unnormalised.

        Shapes: rows [U, F] and characters [U, L] of U distinct forms, the first of them padding; windows [N, W]
        numbers of forms, 0 outside the sentence; each result [N, K]. `generator` draws the dropout while training.
        """
        hidden = self.hidden(rows, characters, windows, generator=generator)  # [N, H]
        return {name: self.heads[name](hidden) for name in (tasks or tuple(self.heads))}

    def hidden(
        self, rows: Tensor, characters: Tensor, windows: Tensor, *, generator: torch.Generator | None = None
    ) -> Tensor:
        """The last hidden layer. Shapes as in `forward`; result [N, H]."""
        vectors = self._drop(self.lookup(rows, characters), self.input_dropout, generator)  # [U, D]
        first = self.trunk[0]
        assert isinstance(first, nn.Linear)
        units = first.out_features
        by_slot = first.weight.view(units, self.window, -1).permute(2, 1, 0)  # [D, W, H]
        products = vectors @ by_slot.reshape(vectors.shape[1], -1)  # [U, W * H]
        slots = windows * self.window + torch.arange(self.window, device=windows.device)  # [N, W]
        summed = functional.embedding_bag(slots, products.view(-1, units), mode="sum")  # [N, H]
        hidden = self._drop(self.activation(summed + first.bias), self.dropout, generator)
        for layer in self.trunk[1:]:
            hidden = self._drop(self.activation(layer(hidden)), self.dropout, generator)
        return hidden

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
    """Fill every weight of `network` from `generator`: matrices by the rule `name`, lookup tables, zero biases."""
    rule = INITIALISERS[name]
    for parameter_name, parameter in network.named_parameters():
        if parameter_name.endswith((".bias", ".transitions")):
            nn.init.zeros_(parameter)
        elif parameter_name.startswith("lookup.") and parameter_name.endswith(".weight"):
            lookup_uniform(parameter, generator)
        else:
            rule(parameter, generator)
