"""Draws of corrupting words and chances of centres, against their formulas."""

import numpy as np
import pytest
import torch

from tagger.training.corruption import Corruption, centre_chances, draw_others

COUNTS = np.array([900, 90, 9, 1])


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_words_are_drawn_in_proportion_to_a_power_of_their_counts(power: float) -> None:
    drawn = Corruption.of_counts(COUNTS, power).draw(200_000, torch.Generator().manual_seed(1))

    shares = np.bincount(drawn.numpy(), minlength=6) / 200_000
    expected = np.concatenate([[0, 0], COUNTS**power / (COUNTS**power).sum()])
    np.testing.assert_allclose(shares, expected, atol=0.005)
    assert not shares[:2].any()  # padding and unknown never


def test_draws_are_never_the_centre_and_otherwise_even() -> None:
    pool, centres = torch.tensor([5, 7, 7, 9]), torch.tensor([7, 5, 2] * 4000)

    draws = draw_others(pool, centres, 3, torch.Generator().manual_seed(2))

    assert draws.shape == (12_000, 3)
    assert not (pool[draws] == centres[:, None]).any()
    of_seven = np.bincount(draws[0::3].flatten().numpy(), minlength=4) / 12_000
    np.testing.assert_allclose(of_seven, [0.5, 0, 0, 0.5], atol=0.02)
    of_two = np.bincount(draws[2::3].flatten().numpy(), minlength=4) / 12_000
    np.testing.assert_allclose(of_two, [0.25] * 4, atol=0.02)


def test_a_pool_that_is_almost_only_the_centre_gives_the_others() -> None:
    pool = torch.tensor([3] * 999 + [8])
    draws = draw_others(pool, torch.full((200,), 3), 5, torch.Generator().manual_seed(0))
    assert (draws == 999).all()


def test_a_pool_of_the_centre_alone_ends_all_the_same() -> None:
    assert draw_others(
        torch.tensor([3, 3]), torch.tensor([3]), 2, torch.Generator().manual_seed(0)
    ).shape == (1, 2)


def test_frequent_words_are_centres_less_often() -> None:
    chances = centre_chances(COUNTS, 1000, 0.01)

    assert chances[:2].tolist() == [0.0, 0.0]
    assert chances[2] == pytest.approx(np.sqrt(0.01 / 0.9) + 0.01 / 0.9)
    assert chances[3] == pytest.approx(np.sqrt(0.01 / 0.09) + 0.01 / 0.09)
    assert chances[4:].tolist() == [1.0, 1.0]


def test_without_subsampling_every_word_is_a_centre() -> None:
    assert centre_chances(COUNTS, 1000, 0.0).tolist() == [0, 0, 1, 1, 1, 1]
