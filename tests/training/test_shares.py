import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from tagger.training.shares import Share, deal, fractions, own_generator, slice_of


@given(st.lists(st.integers(1, 60), min_size=1, max_size=40), st.integers(1, 7))
def test_every_sentence_falls_to_one_process(lengths: list[int], count: int) -> None:
    parts = deal(np.array(lengths), count)
    assert len(parts) == count
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(lengths)))
    words = [int(np.array(lengths)[part].sum()) for part in parts]
    assert max(words) - min(words) <= max(lengths)


def test_long_sentences_go_to_and_fro() -> None:
    assert [part.tolist() for part in deal(np.array([1, 9, 5, 7, 3]), 2)] == [[0, 1, 4], [2, 3]]


@given(st.integers(0, 50), st.integers(1, 9))
def test_slices_cover_everything_once(total: int, count: int) -> None:
    parts = [range(total)[slice_of(total, Share(rank, count))] for rank in range(count)]
    assert [number for part in parts for number in part] == list(range(total))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_fractions_turn_means_of_parts_into_the_mean_of_all() -> None:
    assert fractions([3, 0, 1]) == [0.75, 0.0, 0.25]
    assert fractions([0, 0]) == [0.0, 0.0]


def test_processes_draw_different_numbers_and_leave_the_common_generator_alike() -> None:
    commons = [torch.Generator().manual_seed(5) for _ in range(2)]
    own = [own_generator(common, Share(rank, 2)) for rank, common in enumerate(commons)]
    assert torch.equal(commons[0].get_state(), commons[1].get_state())
    assert not torch.equal(torch.rand(4, generator=own[0]), torch.rand(4, generator=own[1]))
    first, again = (own_generator(torch.Generator().manual_seed(5), Share(1, 2)) for _ in range(2))
    assert torch.equal(first.get_state(), again.get_state())
    next_step = own_generator(commons[0], Share(1, 2))
    assert not torch.equal(next_step.get_state(), again.get_state())
