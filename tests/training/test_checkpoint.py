from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
import torch

from tagger.config import OptimizerName, ScheduleName, ScheduleSettings
from tagger.errors import ModelError
from tagger.records import Evaluation
from tagger.saved import NetworkDescription
from tagger.training.checkpoint import CHECKPOINT, restore_checkpoint, save_checkpoint
from tagger.training.loop import Plan, TrainingState, train_epochs
from tests.training.corpora import SIZES, encoded, plan, state

EPOCHS = 6
SCORES = [
    0.4,
    0.5,
    0.5,
    0.5,
    0.45,
    0.6,
]  # of each epoch; the schedule plateau falls after the third and the fourth


def run(trained: TrainingState, until: int, chosen: Plan) -> list[float]:
    """Train towards `EPOCHS`, breaking off once epoch `until` is over; gives the rate of each step."""
    rates = []
    evaluate = lambda: Evaluation(score=SCORES[trained.epoch])  # noqa: E731
    for step in train_epochs(trained, [encoded("pos", "ner")], chosen, evaluate):
        rates.append(step.rate)
        if step.epoch_end and step.epoch == until:
            break
    return rates


def assert_resumed_equals_whole(
    folder: Path, chosen: Plan, optimizer: str, sparse_rows: int, sizes: NetworkDescription = SIZES
) -> None:
    """Train at one go, and with a restart after epoch 3: same rates, same bits."""
    whole, broken, resumed = (
        state(optimizer=optimizer, averaging=0.9, sparse_rows=sparse_rows, sizes=sizes) for _ in range(3)
    )
    rates = run(whole, EPOCHS, chosen)
    before = run(broken, 3, chosen)
    save_checkpoint(folder, broken)
    restore_checkpoint(folder, resumed)
    assert (resumed.epoch, resumed.step, resumed.best_epoch) == (3, broken.step, 2)
    assert before + run(resumed, EPOCHS, chosen) == rates
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
    assert whole.average is not None
    assert resumed.average is not None
    assert all(torch.equal(v, resumed.average.values()[n]) for n, v in whole.average.values().items())


@pytest.mark.parametrize("sparse_rows", [0, 4])
@pytest.mark.parametrize("optimizer", get_args(OptimizerName))
def test_a_resumed_run_equals_an_uninterrupted_one_with_every_optimizer(
    tmp_path: Path, optimizer: str, sparse_rows: int
) -> None:
    chosen = plan(epochs=EPOCHS, clip=1.0, l2=0.01, l1=0.001, max_norm=1.5)
    assert_resumed_equals_whole(tmp_path, chosen, optimizer, sparse_rows)


@pytest.mark.parametrize("warm_up", [0.0, 3.5])
@pytest.mark.parametrize("schedule", get_args(ScheduleName))
def test_a_resumed_run_equals_an_uninterrupted_one_with_every_schedule(
    tmp_path: Path, schedule: ScheduleName, warm_up: float
) -> None:
    settings = ScheduleSettings(name=schedule, warm_up=warm_up, every=2, tau=2.0, wait=1)
    assert_resumed_equals_whole(tmp_path, replace(plan(epochs=EPOCHS), schedule=settings), "momentum", 0)


@pytest.mark.parametrize("sparse_rows", [0, 4])
def test_a_resumed_run_with_batch_normalisation_equals_an_uninterrupted_one(
    tmp_path: Path, sparse_rows: int
) -> None:
    """The running statistics and their moving averages are part of the state."""
    sizes = NetworkDescription(3, (8, 6), "maxout", pieces=3, batch_norm=True)
    chosen = plan(epochs=EPOCHS, max_norm=1.0, unknown_rate=0.2)
    assert_resumed_equals_whole(tmp_path, chosen, "adam", sparse_rows, sizes)


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, state())
    other = state(averaging=0.9)  # its average is not in the checkpoint
    with pytest.raises(ModelError) as error:
        restore_checkpoint(tmp_path, other)
    assert str(error.value).startswith(
        f"{tmp_path / CHECKPOINT}: expected the checkpoint of this training, found another ("
    )
    assert str(error.value).endswith("Train again without --resume.")


def test_a_checkpoint_of_another_optimizer_is_refused(tmp_path: Path) -> None:
    trained = state(optimizer="adam")
    run(trained, 1, plan(epochs=EPOCHS))
    save_checkpoint(tmp_path, trained)
    with pytest.raises(ModelError) as error:
        restore_checkpoint(tmp_path, state(optimizer="rmsprop"))
    assert str(error.value) == (
        f"{tmp_path / CHECKPOINT}: expected the checkpoint of this training, found another "
        "(the memory of another optimizer). Train again without --resume."
    )
