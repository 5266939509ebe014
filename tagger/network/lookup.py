"""Rows of a form's features to its vector: lookup tables side by side, characters by convolution."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class CharacterConvolution(nn.Module):
    """A vector of a form's characters: one linear layer over every few neighbours, then the largest value each.

    dos Santos and Zadrozny 2014, "Learning Character-level Representations for Part-of-Speech Tagging", eq. 2-4.
    """

    def __init__(self, rows: int, dim: int, *, filters: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.weight = nn.Parameter(torch.empty(rows, dim))
        self.filters = nn.Parameter(torch.empty(filters, width * dim))
        self.bias = nn.Parameter(torch.zeros(filters))

    def forward(self, characters: Tensor) -> Tensor:
        """The vectors of forms.

        Shapes: characters [U, L] rows of the table, 0 on the right past the form's end; result [U, filters].
        A form without characters (padding) gets zeros.
        """
        present = characters > 0  # [U, L]
        vectors = self.weight[characters] * present[:, :, None]  # [U, L, d]
        left = self.width // 2
        padded = functional.pad(vectors, (0, 0, left, self.width - 1 - left))
        kernel = self.filters.view(self.filters.shape[0], self.width, -1).transpose(
            1, 2
        )  # [filters, d, width]
        scores = functional.conv1d(padded.transpose(1, 2), kernel, self.bias)  # [U, filters, L]
        scores = scores.masked_fill(~present[:, None, :], -torch.inf)
        return torch.where(present.any(1)[:, None], scores.amax(2), 0.0)


class Lookup(nn.Module):
    """The concatenated vectors of a form's features."""

    def __init__(
        self, tables: dict[str, tuple[int, int]], characters: CharacterConvolution | None = None
    ) -> None:
        """`tables` maps the name of each lookup table to its rows and its width, in the order of concatenation."""
        super().__init__()
        self.names = tuple(tables)
        for name, (rows, dim) in tables.items():
            self.add_module(name, nn.Embedding(rows, dim))
        self.width = sum(dim for _, dim in tables.values())
        self.has_characters = characters is not None
        if characters is not None:
            self.characters = characters
            self.width += characters.filters.shape[0]

    def forward(self, rows: Tensor, characters: Tensor) -> Tensor:
        """The vectors of forms. Shapes: rows [U, F]; characters [U, L]; result [U, D]."""
        vectors = [self.get_submodule(name)(column) for name, column in zip(self.names, rows.T, strict=True)]
        if self.has_characters:
            vectors.append(self.characters(characters))
        return torch.cat(vectors, 1)  # [U, D]
