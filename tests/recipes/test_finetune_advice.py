"""Advice by size and coverage: little data move little, and data of another kind move more."""

import pytest

from tagger.recipes.finetune_advice import ALIKE, LITTLE, SOME, TABLE, advise, batch_size, reasons

LAYERS = ("lookup", "trunk", "heads")


def frozen_epochs(words: int, coverage: float) -> dict[str, float]:
    """Layer -> epochs in which it does not learn."""
    advice = advise(words, coverage)
    held = dict.fromkeys(LAYERS, 0.0) | dict.fromkeys(advice.freeze, float("inf"))
    return held | {layer: float(epochs) for layer, epochs in advice.thaw.items()}


SIZES = (1, LITTLE - 1, LITTLE, SOME - 1, SOME, 10_000_000)


@pytest.mark.parametrize("coverage", [0.0, ALIKE - 0.01, ALIKE, 1.0])
def test_more_data_never_hold_a_layer_longer(coverage: float) -> None:
    held = [frozen_epochs(words, coverage) for words in SIZES]
    for layer in LAYERS:
        assert [h[layer] for h in held] == sorted((h[layer] for h in held), reverse=True)


@pytest.mark.parametrize("words", SIZES)
def test_unlike_data_never_hold_a_layer_longer_than_like_ones(words: int) -> None:
    like, unlike = frozen_epochs(words, 1.0), frozen_epochs(words, 0.5)
    assert all(unlike[layer] <= like[layer] for layer in LAYERS)


@pytest.mark.parametrize("words", SIZES)
@pytest.mark.parametrize("coverage", [0.0, 1.0])
def test_layers_thaw_from_the_top_down_and_heads_always_learn(words: int, coverage: float) -> None:
    held = frozen_epochs(words, coverage)
    assert held["heads"] == 0.0
    assert held["heads"] <= held["trunk"] <= held["lookup"]


def test_little_data_like_the_old_ones_train_the_heads_alone() -> None:
    """Course notes 004, transfer learning."""
    assert advise(LITTLE - 1, 1.0).freeze == ("lookup", "trunk")
    assert advise(LITTLE - 1, 1.0).thaw == {}


def test_every_rule_is_reached_and_every_size_has_one() -> None:
    found = {id(advise(words, coverage)) for words in SIZES for coverage in (0.0, 1.0)}
    assert found == {id(rule.advice) for rule in TABLE}


@pytest.mark.parametrize(
    ("words", "most", "batch"),
    [(100, 1000, 50), (2000, 1000, 100), (12_345, 1000, 617), (10**6, 1000, 1000), (9, 7, 7)],
)
def test_an_epoch_of_little_data_has_enough_steps(words: int, most: int, batch: int) -> None:
    assert batch_size(words, most) == batch


def test_the_reasons_name_size_coverage_and_advice() -> None:
    assert reasons(1500, 0.953, advise(1500, 0.953), 75) == (
        "1,500 training words are little data (little: under 2,000, some: under 20,000)",
        "95.3% of them have a row in the model: like what it knows (from 90%)",
        "so only the heads learn, at the full rate of the model's own training, in batches of 75 words",
    )


@pytest.mark.parametrize(
    ("stated", "line"),
    [
        ((), "so all layers learn, at 0.5 of the rate of the model's own training, in batches of 75 words"),
        (("layers",), "so the layers learn as stated, at 0.5 of the rate of the model's own training, in batches of "
         "75 words"),
        (("layers", "rate", "batches"), "so the layers learn as stated, at the stated rate, in the stated batches"),
    ],
)  # fmt: skip
def test_what_is_stated_is_said_once(stated: tuple[str, ...], line: str) -> None:
    assert reasons(50_000, 0.95, advise(50_000, 0.95), 75, stated)[-1] == line
