import itertools

import pytest
import torch
from torch import Tensor

from tagger.objectives.decoding import viterbi
from tagger.objectives.sentence import log_partition, path_score, sentence_loss

LENGTHS = (4, 1, 3)
LABELS = 3


def example(*, forbidden: bool) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor, Tensor]]:
    draw = torch.Generator().manual_seed(7)
    scores = torch.randn(len(LENGTHS), max(LENGTHS), LABELS, generator=draw, dtype=torch.float64)
    mask = torch.arange(max(LENGTHS)) < torch.tensor(LENGTHS)[:, None]
    start = torch.randn(LABELS, generator=draw, dtype=torch.float64)
    pairs = torch.randn(LABELS, LABELS, generator=draw, dtype=torch.float64)
    end = torch.randn(LABELS, generator=draw, dtype=torch.float64)
    if forbidden:
        start[2] = pairs[0, 1] = end[0] = -torch.inf
    return scores, mask, (start, pairs, end)


def paths(
    scores: Tensor, length: int, transitions: tuple[Tensor, Tensor, Tensor]
) -> dict[tuple[int, ...], float]:
    """The oracle: every path of one sentence with its score, one term at a time."""
    start, pairs, end = transitions
    result = {}
    for path in itertools.product(range(LABELS), repeat=length):
        score = start[path[0]] + end[path[-1]] + sum(scores[t, tag] for t, tag in enumerate(path))
        score = score + sum(pairs[a, b] for a, b in itertools.pairwise(path))
        result[path] = score.item()
    return result


@pytest.mark.parametrize("forbidden", [False, True])
def test_log_partition_sums_all_paths(forbidden: bool) -> None:
    scores, mask, transitions = example(forbidden=forbidden)
    for b, value in enumerate(log_partition(scores, mask, transitions).tolist()):
        every = list(paths(scores[b], LENGTHS[b], transitions).values())
        assert value == pytest.approx(torch.tensor(every, dtype=torch.float64).logsumexp(0).item(), abs=1e-9)


@pytest.mark.parametrize("forbidden", [False, True])
def test_viterbi_finds_the_best_of_all_paths(forbidden: bool) -> None:
    scores, mask, transitions = example(forbidden=forbidden)
    for b, tags in enumerate(viterbi(scores, mask, transitions).tolist()):
        every = paths(scores[b], LENGTHS[b], transitions)
        assert tuple(tags[: LENGTHS[b]]) == max(every, key=every.__getitem__)
        assert tags[LENGTHS[b] :] == [0] * (max(LENGTHS) - LENGTHS[b])


def test_viterbi_never_takes_a_forbidden_transition() -> None:
    scores, mask, (start, pairs, end) = example(forbidden=True)
    scores[:, :, 1] += 100  # tag 1 wants to stand everywhere, but must not follow tag 0
    scores[0, 0, 0] += 1000
    path = viterbi(scores, mask, (start, pairs, end))[0].tolist()
    assert path[0] == 0
    assert path[1] != 1


def test_path_score_equals_its_terms() -> None:
    scores, mask, transitions = example(forbidden=False)
    gold = torch.tensor([[2, 0, 1, 1], [1, 0, 0, 0], [0, 0, 2, 0]])
    for b, value in enumerate(path_score(scores, gold, mask, transitions).tolist()):
        path = tuple(gold[b, : LENGTHS[b]].tolist())
        assert value == pytest.approx(paths(scores[b], LENGTHS[b], transitions)[path])


@pytest.mark.parametrize("forbidden", [False, True])
def test_the_gradient_of_a_score_is_the_share_of_the_paths_through_it(forbidden: bool) -> None:
    scores, mask, transitions = example(forbidden=forbidden)
    variable = scores.clone().requires_grad_()
    (chances,) = torch.autograd.grad(log_partition(variable, mask, transitions).sum(), variable)
    for b, length in enumerate(LENGTHS):
        every = paths(scores[b], length, transitions)
        total = sum(torch.tensor(list(every.values()), dtype=torch.float64).exp()).item()
        for t in range(length):
            for tag in range(LABELS):
                part = sum(torch.tensor(v).exp().item() for p, v in every.items() if p[t] == tag)
                assert chances[b, t, tag].item() == pytest.approx(part / total, abs=1e-6)


def test_gradient_agrees_with_finite_differences() -> None:
    """Oracle: torch.autograd.gradcheck on all inputs, padding included."""
    scores, mask, transitions = example(forbidden=False)
    inputs = [part.clone().requires_grad_() for part in (scores, *transitions)]
    gold = torch.tensor([[2, 0, 1, 1], [1, 0, 0, 0], [0, 0, 2, 0]])
    assert torch.autograd.gradcheck(lambda s, *parts: log_partition(s, mask, parts), inputs)
    assert torch.autograd.gradcheck(lambda s, *parts: sentence_loss(s, gold, mask, parts), inputs)


def test_forbidden_transitions_get_no_gradient_and_no_nan() -> None:
    scores, mask, transitions = example(forbidden=True)
    table = torch.zeros(LABELS, LABELS, dtype=torch.float64, requires_grad=True)
    pairs = table.masked_fill(transitions[1].isinf(), -torch.inf)
    log_partition(scores, mask, (transitions[0], pairs, transitions[2])).sum().backward()
    assert table.grad is not None
    assert torch.isfinite(table.grad).all()
    assert table.grad[0, 1].item() == 0


def test_extreme_scores_stay_finite() -> None:
    scores, mask, transitions = example(forbidden=True)
    scores = (scores * 1e5).requires_grad_()
    value = log_partition(scores, mask, transitions)
    value.sum().backward()
    assert torch.isfinite(value).all()
    assert scores.grad is not None
    assert torch.isfinite(scores.grad).all()


def test_a_long_sentence_keeps_its_precision() -> None:
    """Oracle: with zero scores and transitions, the log partition of T words is T log K."""
    length = 5000
    scores = torch.zeros(1, length, LABELS)
    zero = torch.zeros(LABELS)
    value = log_partition(
        scores, torch.ones(1, length, dtype=torch.bool), (zero, torch.zeros(LABELS, LABELS), zero)
    )
    assert value.item() == pytest.approx(length * torch.tensor(float(LABELS)).log().item(), rel=1e-6)
