"""Ranks of true centre words against a loop over whole windows through the network itself."""

import numpy as np
import pytest
import torch

from tagger.training import text_ranking
from tagger.training.corruption import Corruption
from tagger.training.text_ranking import (
    HeldOut,
    centre_ranks,
    held_out_windows,
    ranking_accuracy,
    relative_rank,
)
from tests.training.test_text_lessons import COUNTS, network


def brute_force(windows: torch.Tensor, others: torch.Tensor) -> list[float]:
    built = network(seed=3)
    rows, none = torch.arange(10)[:, None], torch.zeros(10, 0, dtype=torch.int64)
    shares = []
    for window, rivals in zip(windows, others, strict=True):
        true = built(rows, none, window[None])["text"].item()
        points = []
        for rival in rivals.tolist():
            if rival == window[1]:
                continue
            changed = window.clone()
            changed[1] = rival
            score = built(rows, none, changed[None])["text"].item()
            points.append(1.0 if score < true else 0.5 if score == true else 0.0)
        shares.append(sum(points) / max(len(points), 1))
    return shares


@pytest.mark.parametrize("block", [1, 2_000_000])
def test_ranks_are_those_of_whole_windows(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(text_ranking, "BLOCK", block)
    generator = torch.Generator().manual_seed(1)
    windows = torch.randint(1, 10, (30, 3), generator=generator)
    others = torch.randint(2, 10, (30, 7), generator=generator)

    found = centre_ranks(network(seed=3), "text", windows, others)

    np.testing.assert_allclose(found, brute_force(windows, others), atol=1e-12)


def test_a_word_that_ties_with_all_others_is_right_half_of_the_time() -> None:
    built = network()
    with torch.no_grad():
        built.head("text").weight.zero_()
    windows = torch.tensor([[2, 3, 4], [4, 5, 6]])
    held_out = HeldOut(windows, torch.tensor([[2, 4], [6, 7]]), torch.arange(2, 10))

    assert ranking_accuracy(built, "text", held_out) == 0.5
    assert relative_rank(built, "text", held_out) == 0.5


def test_held_out_windows_are_always_the_same_and_never_corrupted_by_their_own_word() -> None:
    rows = np.array([0, 2, 3, 4, 1, 5, 0, 6, 7, 0])
    chances = np.array([0.0, 0.0, *[1.0] * 8])
    corruption = Corruption.of_counts(COUNTS, 0.5)

    first, second = (held_out_windows(rows, chances, 1, corruption) for _ in range(2))

    assert torch.equal(first.windows, second.windows) and torch.equal(first.others, second.others)
    assert sorted(first.windows[:, 1].tolist()) == [2, 3, 4, 5, 6, 7]
    assert not (first.others == first.windows[:, 1:2]).any()
    assert sorted(first.candidates.tolist()) == list(range(2, 10))


def test_without_held_out_text_there_is_no_window() -> None:
    none = held_out_windows(np.zeros(3, np.int64), np.zeros(10), 1, Corruption.of_counts(COUNTS, 0.5))
    assert none.windows.shape == (0, 3)
