"""Gradients of several processes against their sum, worked out with dense tensors."""

import pytest
import torch
from torch import Tensor, nn

from tagger.training.gradient_exchange import exchange_gradients
from tests.training.ranks import Rank, on_ranks

ROWS, WIDTH = 40, 3


class Network(nn.Module):
    """A large and a small lookup table and a layer, named as in the window network."""

    def __init__(self, *, sparse: bool) -> None:
        super().__init__()
        self.lookup = nn.ModuleDict(
            {"word": nn.Embedding(ROWS, WIDTH, sparse=sparse), "caps": nn.Embedding(2, 2)}
        )
        self.layer = nn.Linear(2, 2)
        self.unused = nn.Linear(1, 1)


def gradients(rank: int, *, sparse: bool) -> dict[str, Tensor]:
    """What a process has found before the exchange; the last of three has found nothing."""
    draw = torch.Generator().manual_seed(rank)
    if rank == 2:
        return {}
    rows = torch.tensor([[3, 7, 3], [7, 39, 0]][rank])
    values = torch.randn(3, WIDTH, generator=draw)
    word = torch.sparse_coo_tensor(rows[None], values, (ROWS, WIDTH), check_invariants=True)
    return {
        "lookup.word.weight": word if sparse else word.to_dense(),
        "lookup.caps.weight": torch.randn(2, 2, generator=draw),
        "layer.weight": torch.randn(2, 2, generator=draw),
    }


@pytest.mark.parametrize("sparse", [True, False])
def test_every_process_has_the_sum_of_all_gradients_to_the_bit(sparse: bool) -> None:
    def work(rank: Rank) -> tuple[dict[str, Tensor | None], Tensor, int]:
        network = Network(sparse=sparse)
        for name, value in gradients(rank.share.rank, sparse=sparse).items():
            network.get_parameter(name).grad = value
        notes = exchange_gradients(network, rank, [rank.share.rank, 0.5])
        return {name: p.grad for name, p in network.named_parameters()}, notes, rank.numbers_sent

    found = on_ranks(3, work)
    dense = [gradients(rank, sparse=False) for rank in range(2)]
    for own, notes, sent in found:
        assert notes.tolist() == [[0.0, 0.5], [1.0, 0.5], [2.0, 0.5]]
        assert own["unused.weight"] is None and own["layer.bias"] is None
        word = own["lookup.word.weight"]
        assert word is not None and word.is_sparse == sparse
        if sparse:
            assert word.is_coalesced() and word.indices()[0].tolist() == [0, 3, 7, 39]
        for name, gradient in own.items():
            if name in dense[0]:
                assert gradient is not None
                torch.testing.assert_close(gradient.to_dense(), dense[0][name] + dense[1][name])
                first = found[0][0][name]
                assert first is not None
                assert torch.equal(gradient.to_dense(), first.to_dense())
        assert sent < ROWS * WIDTH  # the rows that were touched, not the table


def test_a_table_that_is_touched_everywhere_travels_whole() -> None:
    def work(rank: Rank) -> tuple[Tensor | None, int]:
        network = Network(sparse=False)
        network.get_parameter("lookup.word.weight").grad = torch.ones(ROWS, WIDTH)
        exchange_gradients(network, rank)
        return network.get_parameter("lookup.word.weight").grad, rank.numbers_sent

    for gradient, sent in on_ranks(2, work):
        assert gradient is not None and torch.equal(gradient, torch.full((ROWS, WIDTH), 2.0))
        assert sent == 6 + ROWS * WIDTH


def test_frozen_parameters_take_no_part() -> None:
    def work(rank: Rank) -> list[str]:
        network = Network(sparse=True).double()
        network.lookup.requires_grad_(False)
        network.layer.weight.grad = torch.ones(2, 2, dtype=torch.float64)
        exchange_gradients(network, rank)
        return [name for name, p in network.named_parameters() if p.grad is not None]

    assert on_ranks(2, work) == [["layer.weight"]] * 2


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_numbers_of_rows_survive_the_journey_in_either_precision(kind: torch.dtype) -> None:
    def work(rank: Rank) -> list[int]:
        network = nn.Module()
        table = nn.Embedding(
            20_000_000, 1, sparse=True, _weight=torch.zeros(1, 1, dtype=kind).expand(20_000_000, 1)
        )
        network.lookup = nn.ModuleDict({"word": table})
        row = torch.tensor([[19_999_999 - rank.share.rank]])
        table.weight.grad = torch.sparse_coo_tensor(
            row, torch.ones(1, 1, dtype=kind), (20_000_000, 1), check_invariants=True
        )
        exchange_gradients(network, rank)
        assert table.weight.grad is not None
        rows: list[int] = table.weight.grad.indices()[0].tolist()
        return rows

    assert on_ranks(2, work) == [[19_999_998, 19_999_999]] * 2
