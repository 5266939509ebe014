"""The gradients of several processes to their sum, the same to the bit on each of them.

Three exchanges a step: a few numbers about each parameter (who has a gradient, how many rows of it) with the losses;
the rows of lookup tables that a batch touches, with their numbers; and all the rest as one vector. A table's rows are
sent where that is less than the whole table; those of a sparse gradient always, which stays sparse: its rows are those
that any process has touched. A parameter that got a gradient nowhere has none afterwards either.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from tagger.training.parameters import lookup_tables, merged_gradient, sparse_tables

NO_GRADIENT = -1
ROW_NUMBERS = {4: torch.int32, 8: torch.int64}
"""Bytes of a gradient's number -> the integers that row numbers travel as, between the numbers of the rows."""


class Channel(Protocol):
    """The way to the other processes."""

    def gather(self, own: Tensor) -> list[Tensor]:
        """What each process has given, in the order of their ranks; all of one shape."""

    def add(self, own: Tensor) -> None:
        """Replace `own` by the sum of what the processes have given."""


class _Rows(NamedTuple):
    """The rows of a table that have a gradient. Shapes: numbers [R]; values [R, d]."""

    numbers: Tensor
    values: Tensor


def exchange_gradients(network: nn.Module, channel: Channel, notes: Sequence[float] = ()) -> Tensor:
    """Give every parameter the sum of its gradients; what each process has noted comes back. Shape: [ranks, notes].

    The processes must call it together, with the same parameters that require gradients and as many notes.
    """
    moving = {name: p for name, p in network.named_parameters() if p.requires_grad}
    tables = moving.keys() & lookup_tables(network).keys()
    rows = {name: _rows(moving[name]) for name in moving if name in tables and moving[name].grad is not None}
    own = [
        len(rows[name].numbers) if name in rows else NO_GRADIENT if p.grad is None else 0
        for name, p in moving.items()
    ]
    told = torch.stack(channel.gather(torch.tensor([*own, *notes], dtype=torch.float64)))  # [ranks, ...]
    counts = dict(zip(moving, told[:, : len(moving)].long().T.tolist(), strict=True))
    sparse = sparse_tables(network)
    taught = [name for name in moving if max(counts[name]) != NO_GRADIENT]
    by_rows = [n for n in taught if n in tables and (n in sparse or _is_less(counts[n], moving[n]))]
    if by_rows:
        _exchange_rows({n: moving[n] for n in by_rows}, rows, counts, sparse, channel)
    whole = [moving[name] for name in taught if name not in by_rows]
    if whole:
        _exchange_whole(whole, channel)
    return told[:, len(moving) :]


def _rows(table: nn.Parameter) -> _Rows:
    values = merged_gradient(table)
    assert table.grad is not None
    if table.grad.is_sparse:
        return _Rows(table.grad.indices()[0], values)
    numbers = values.any(1).nonzero()[:, 0]
    return _Rows(numbers, values[numbers])


def _is_less(counts: Sequence[int], table: Tensor) -> bool:
    """Whether the rows of all processes, each sent to each, are fewer numbers than the table."""
    return len(counts) * max(counts) * (table.shape[1] + 1) < table.numel()


def _exchange_rows(
    tables: Mapping[str, nn.Parameter],
    rows: Mapping[str, _Rows],
    counts: Mapping[str, Sequence[int]],
    sparse: Collection[str],
    channel: Channel,
) -> None:
    """Row by row: every process gets the rows of all and adds them up in the order of the ranks."""
    sizes = [(max(counts[name]), table.shape[1]) for name, table in tables.items()]
    parts = [
        _packed(rows.get(name), table, most)
        for (name, table), (most, _) in zip(tables.items(), sizes, strict=True)
    ]
    lengths = [most * (width + 1) for most, width in sizes]
    arrived = [torch.split(buffer, lengths) for buffer in channel.gather(torch.cat(parts))]
    for place, (name, table) in enumerate(tables.items()):
        found = [
            _unpacked(own[place], count, sizes[place])
            for own, count in zip(arrived, counts[name], strict=True)
            if count > 0
        ]
        if name in sparse:
            numbers, values = (
                (torch.cat(part) for part in zip(*found, strict=True)) if found else _no_rows(table)
            )
            table.grad = torch.sparse_coo_tensor(
                numbers[None], values, table.shape, check_invariants=False
            ).coalesce()
            continue
        table.grad = torch.zeros_like(table) if table.grad is None else table.grad.zero_()
        for part in found:
            table.grad.index_add_(0, part.numbers, part.values)


def _packed(rows: _Rows | None, table: nn.Parameter, most: int) -> Tensor:
    """The numbers of the rows, as bits, and their values, with room for `most` rows. Shape: [most * (d + 1)]."""
    own, width = rows or _no_rows(table), table.shape[1]
    buffer = table.new_zeros(most * (width + 1))
    count = len(own.numbers)
    kind = ROW_NUMBERS[table.element_size()]
    buffer[:count].view(kind).copy_(own.numbers)
    buffer[most : most + count * width].view(count, width).copy_(own.values)
    return buffer


def _unpacked(buffer: Tensor, count: int, size: tuple[int, int]) -> _Rows:
    most, width = size
    numbers = buffer[:count].view(ROW_NUMBERS[buffer.element_size()]).long()
    return _Rows(numbers, buffer[most : most + count * width].view(count, width))


def _no_rows(table: Tensor) -> _Rows:
    return _Rows(torch.zeros(0, dtype=torch.int64, device=table.device), table.new_zeros(0, table.shape[1]))


def _exchange_whole(parameters: Sequence[nn.Parameter], channel: Channel) -> None:
    """All numbers of the gradients as one vector."""
    gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
    buffer = torch.cat([gradient.flatten() for gradient in gradients])
    channel.add(buffer)
    for parameter, total in zip(
        parameters, torch.split(buffer, [p.numel() for p in parameters]), strict=True
    ):
        parameter.grad = total.view_as(parameter)
