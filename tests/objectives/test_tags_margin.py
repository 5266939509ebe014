import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tagger.objectives.tags_margin import tags_margin_loss


def slow_loss(scores: list[list[float]], gold: list[int], margin: float) -> float:
    """The oracle: word by word, label by label."""
    total = 0.0
    for row, label in zip(scores, gold, strict=True):
        others = [score for place, score in enumerate(row) if place != label]
        total += max(0.0, margin + max(others) - row[label]) if others else 0.0
    return total / len(scores)


def gradient(scores: list[list[float]], gold: list[int], margin: float) -> list[list[float]]:
    tensor = torch.tensor(scores, requires_grad=True)
    tags_margin_loss(tensor, torch.tensor(gold), margin).backward()
    assert tensor.grad is not None
    return tensor.grad.tolist()


@given(
    st.data(),
    st.integers(1, 6),
    st.integers(1, 5),
    st.floats(0.01, 10.0),
)
def test_loss_is_the_lead_that_is_missing_from_the_margin(
    data: st.DataObject, words: int, labels: int, margin: float
) -> None:
    scores = data.draw(arrays.arrays(np.float64, (words, labels), elements=st.floats(-20, 20)))
    gold = data.draw(st.lists(st.integers(0, labels - 1), min_size=words, max_size=words))
    found = tags_margin_loss(torch.from_numpy(scores), torch.tensor(gold), margin)
    assert found.item() == pytest.approx(slow_loss(scores.tolist(), gold, margin))


def test_gradient_pulls_the_gold_tag_up_and_its_best_rival_down() -> None:
    """By hand: -1 / N and 1 / N where the margin is broken, else nothing; N = 3 words."""
    scores = [[1.0, 0.5, -3.0], [0.0, 3.0, 1.0], [0.0, 2.0, 2.5]]
    expected = [[-1 / 3, 1 / 3, 0.0], [0.0, 0.0, 0.0], [0.0, -1 / 3, 1 / 3]]
    np.testing.assert_allclose(gradient(scores, [0, 1, 1], 1.0), expected, rtol=1e-6)


def test_where_the_margin_is_just_held_nothing_moves() -> None:
    assert gradient([[2.0, 1.0, 0.0]], [0], 1.0) == [[0.0, 0.0, 0.0]]


def test_rivals_of_equal_score_share_the_gradient() -> None:
    assert gradient([[0.0, 1.0, 1.0, 0.5]], [0], 1.0) == [[-1.0, 0.5, 0.5, 0.0]]
    assert gradient([[0.0, 0.0, 0.0]], [1], 1.0) == [[0.5, -1.0, 0.5]]


def test_one_label_alone_has_no_rival_and_no_loss() -> None:
    assert tags_margin_loss(torch.tensor([[-7.0], [3.0]]), torch.tensor([0, 0]), 1.0).item() == 0.0
    assert gradient([[-7.0], [3.0]], [0, 0], 1.0) == [[0.0], [0.0]]


def test_gradient_agrees_with_finite_differences() -> None:
    """Oracle: torch.autograd.gradcheck, float64; the random scores are away from the kinks."""
    draw = torch.Generator().manual_seed(2)
    scores = (3 * torch.randn(12, 4, generator=draw, dtype=torch.float64)).requires_grad_()
    gold = torch.randint(0, 4, (12,), generator=draw)
    for margin in (0.5, 4.0):
        assert torch.autograd.gradcheck(lambda s, m=margin: tags_margin_loss(s, gold, m), scores)


def test_a_score_that_is_no_number_shows_in_the_loss() -> None:
    scores = torch.tensor([[float("nan"), 0.0], [1.0, 0.0]])
    assert torch.isnan(tags_margin_loss(scores, torch.tensor([0, 0]), 1.0))
