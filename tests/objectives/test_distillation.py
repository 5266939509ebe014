"""Oracles: cross entropies worked by hand, all paths enumerated, finite differences."""

import math
from itertools import pairwise, product

import pytest
import torch
from torch import Tensor

from tagger.objectives.distillation import path_beliefs, path_distillation, word_distillation

Transitions = tuple[Tensor, Tensor, Tensor]


def test_two_words_of_two_labels_by_hand() -> None:
    terms = torch.tensor([[0.0, math.log(3.0)], [math.log(4.0), 0.0]])  # q = (1/4, 3/4), (4/5, 1/5)
    beliefs = torch.tensor([[0.5, 0.5], [0.9, 0.1]])
    first = -(0.5 * math.log(0.25) + 0.5 * math.log(0.75))
    second = -(0.9 * math.log(0.8) + 0.1 * math.log(0.2))
    assert word_distillation(terms, beliefs).item() == pytest.approx((first + second) / 2)


def test_the_gradient_of_a_word_is_the_difference_of_the_probabilities() -> None:
    terms = torch.randn(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    beliefs = torch.rand(3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    beliefs /= beliefs.sum(1, keepdim=True)
    terms.requires_grad_()
    word_distillation(terms, beliefs).backward()
    torch.testing.assert_close(terms.grad, (terms.detach().softmax(1) - beliefs) / 3)


LENGTHS = (3, 1, 2)
MASK = torch.tensor([[place < length for place in range(3)] for length in LENGTHS])


def random_network(seed: int) -> tuple[Tensor, Transitions]:
    """Scores [3, 3, K] and transitions of three labels; a start, a pair and an end are forbidden."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape: int) -> Tensor:
        return 2 * torch.randn(*shape, dtype=torch.float64, generator=generator)

    scores, start, pairs, end = draw(3, 3, 3), draw(3), draw(3, 3), draw(3)
    start[2] = pairs[0, 1] = end[1] = -torch.inf
    return scores, (start, pairs, end)


def paths(scores: Tensor, transitions: Transitions, sentence: int) -> dict[tuple[int, ...], float]:
    """Every path of a sentence with its probability, one by one."""
    start, pairs, end = (part.tolist() for part in transitions)
    weights = {}
    for path in product(range(3), repeat=LENGTHS[sentence]):
        total = (
            start[path[0]] + end[path[-1]] + sum(scores[sentence, t, k].item() for t, k in enumerate(path))
        )
        total += sum(pairs[a][b] for a, b in pairwise(path))
        weights[path] = math.exp(total)
    whole = sum(weights.values())
    return {path: weight / whole for path, weight in weights.items()}


def test_beliefs_are_sums_over_all_paths() -> None:
    scores, transitions = random_network(3)
    tags, (start, pairs, end) = path_beliefs(scores, MASK, transitions)
    oracle_tags, oracle_pairs = (
        torch.zeros(3, 3, 3, dtype=torch.float64),
        torch.zeros(3, 3, dtype=torch.float64),
    )
    oracle_start, oracle_end = torch.zeros(3, dtype=torch.float64), torch.zeros(3, dtype=torch.float64)
    for sentence in range(3):
        for path, probability in paths(scores, transitions, sentence).items():
            for t, k in enumerate(path):
                oracle_tags[sentence, t, k] += probability
            for a, b in pairwise(path):
                oracle_pairs[a, b] += probability
            oracle_start[path[0]] += probability
            oracle_end[path[-1]] += probability
    torch.testing.assert_close(tags, oracle_tags)
    torch.testing.assert_close(pairs, oracle_pairs)
    torch.testing.assert_close(start, oracle_start)
    torch.testing.assert_close(end, oracle_end)


def test_the_loss_of_paths_is_the_cross_entropy_over_all_of_them() -> None:
    scores, transitions = random_network(3)
    other, others = random_network(4)
    expected = 0.0
    for sentence in range(3):
        p, q = paths(scores, transitions, sentence), paths(other, others, sentence)
        expected -= sum(p[path] * math.log(q[path]) for path in p if p[path])
    loss = path_distillation(other, MASK, others, *path_beliefs(scores, MASK, transitions))
    assert loss.item() == pytest.approx(expected)


def test_the_gradient_of_paths_by_finite_differences() -> None:
    scores, transitions = random_network(3)
    tags, expected = path_beliefs(scores, MASK, transitions)
    other, (start, pairs, end) = random_network(4)
    free = [part.requires_grad_() for part in (other, start, pairs, end)]
    path_distillation(other, MASK, (start, pairs, end), tags, expected).backward()
    for part in free:
        assert part.grad is not None
        for place in product(*map(range, part.shape)):
            if not torch.isfinite(part[place]):
                continue
            sides = []
            for step in (1e-5, -1e-5):
                moved = [p.detach().clone() for p in free]
                moved[[part is p for p in free].index(True)][place] += step
                loss = path_distillation(moved[0], MASK, (moved[1], moved[2], moved[3]), tags, expected)
                sides.append(loss.item())
            assert part.grad[place].item() == pytest.approx((sides[0] - sides[1]) / 2e-5, abs=1e-6)


def test_a_network_that_says_the_same_has_no_gradient_and_the_entropy_as_loss() -> None:
    scores, (start, pairs, end) = random_network(3)
    tags, expected = path_beliefs(scores, MASK, (start, pairs, end))
    scores.requires_grad_()
    loss = path_distillation(scores, MASK, (start, pairs, end), tags, expected)
    entropy = -sum(
        p * math.log(p)
        for sentence in range(3)
        for p in paths(scores.detach(), (start, pairs, end), sentence).values()
        if p
    )
    assert loss.item() == pytest.approx(entropy)
    loss.backward()
    torch.testing.assert_close(scores.grad, torch.zeros_like(scores))
