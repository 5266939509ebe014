import numpy as np
import pytest
import torch

from tagger.objectives.word import word_loss


def test_loss_is_the_mean_negative_log_of_the_softmax() -> None:
    """Oracle: log(sum exp(s)) - s[gold] in NumPy (Collobert et al. 2011, eq. 9-10)."""
    scores = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]])
    gold = [2, 0]
    expected = np.mean([np.log(np.exp(row).sum()) - row[g] for row, g in zip(scores, gold, strict=True)])
    assert word_loss(torch.tensor(scores), torch.tensor(gold)).item() == pytest.approx(expected)
