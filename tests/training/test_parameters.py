import pytest
import torch

from tagger.training.parameters import (
    fan_ins,
    lookup_tables,
    merged_gradient,
    sparse_tables,
    weight_matrices,
)
from tests.training.corpora import state


def test_matrices_and_tables_of_a_whole_network() -> None:
    network = state().network
    assert list(weight_matrices(network)) == [
        "lookup.characters.filters",
        "trunk.0.weight",
        "heads.pos.weight",
        "heads.ner.weight",
    ]
    assert sorted(lookup_tables(network)) == [
        "lookup.caps.weight",
        "lookup.characters.weight",
        "lookup.suffix2.weight",
        "lookup.word.weight",
    ]


def test_fan_ins_are_those_of_the_paper() -> None:
    """Oracle: counted by hand; a form's vector is 8 + 2 + 3 + 5 wide, a window has 3 forms, a filter 3 characters."""
    assert fan_ins(state().network) == {
        "lookup.word.weight": 1,
        "lookup.caps.weight": 1,
        "lookup.suffix2.weight": 1,
        "lookup.characters.weight": 1,
        "lookup.characters.filters": 3 * 4,
        "lookup.characters.bias": 3 * 4,
        "trunk.0.weight": 3 * 18,
        "trunk.0.bias": 3 * 18,
        "heads.pos.weight": 16,
        "heads.pos.bias": 16,
        "heads.ner.weight": 16,
        "heads.ner.bias": 16,
        "heads.ner.transitions": 1,
    }


def test_sparse_tables_are_those_with_sparse_gradients() -> None:
    assert set(sparse_tables(state(sparse_rows=10).network)) == {
        "lookup.word.weight",
        "lookup.suffix2.weight",
    }
    assert sparse_tables(state().network) == {}


def test_merged_gradient_sums_the_rows_met_more_than_once() -> None:
    table = torch.nn.Embedding(5, 2, sparse=True)
    (
        table(torch.tensor([3, 1, 3])) * torch.tensor([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
    ).sum().backward()
    assert merged_gradient(table.weight).tolist() == [[10.0, 20.0], [101.0, 202.0]]
    assert table.weight.grad is not None
    assert table.weight.grad.is_coalesced()


def test_merged_gradient_needs_a_gradient() -> None:
    with pytest.raises(ValueError, match="no gradient"):
        merged_gradient(torch.nn.Parameter(torch.zeros(1)))
