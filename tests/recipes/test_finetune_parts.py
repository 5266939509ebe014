"""What the loop of a fine-tuning is made of."""

import pytest

from tagger.recipes.finetune_parts import both
from tagger.records import Evaluation


@pytest.mark.parametrize(
    ("new", "old", "mean"), [(0.6, 0.8, 0.7), (0.6, None, 0.6), (None, 0.8, 0.8), (None, None, None)]
)
def test_the_mean_of_what_can_decide_decides(
    new: float | None, old: float | None, mean: float | None
) -> None:
    found = both(
        Evaluation({"ner.f1": 0.5}, new, {"ner": 1.0}, {"ner.f1": 0.9}, 0.9),
        Evaluation({"ner.f1": 0.7}, old, {"ner": 2.0}),
    )
    assert found.score == (None if mean is None else pytest.approx(mean))
    assert found.scores == {"ner.f1": 0.5, "old.ner.f1": 0.7}
    assert found.losses == {"ner": 1.0, "old.ner": 2.0}
    assert (found.train_scores, found.train_score) == ({"ner.f1": 0.9}, 0.9)
