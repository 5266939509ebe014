from pathlib import Path

import pytest
import torch

from tagger.errors import ModelError
from tagger.training.checkpoint import CHECKPOINT, restore_checkpoint, save_checkpoint
from tagger.training.loop import TrainingState, train_epochs
from tests.training.corpora import encoded, plan, state


def run(trained: TrainingState, epochs: int, until: int) -> None:
    """Train towards `epochs`, breaking off once epoch `until` is over."""
    for step in train_epochs(trained, [encoded("pos", "ner")], plan(epochs=epochs), lambda: ({}, 0.5)):
        if step.epoch_end and step.epoch == until:
            return


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_resumed_run_gives_the_weights_of_an_uninterrupted_one(tmp_path: Path, optimizer: str) -> None:
    whole = state(optimizer=optimizer, averaging=0.9)
    run(whole, epochs=5, until=5)
    broken = state(optimizer=optimizer, averaging=0.9)
    run(broken, epochs=5, until=2)
    save_checkpoint(tmp_path, broken)
    resumed = state(optimizer=optimizer, averaging=0.9)
    restore_checkpoint(tmp_path, resumed)
    assert (resumed.epoch, resumed.step, resumed.best_epoch) == (2, broken.step, 1)
    run(resumed, epochs=5, until=5)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name
    assert whole.average is not None
    assert resumed.average is not None
    assert all(torch.equal(v, resumed.average.values[n]) for n, v in whole.average.values.items())


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, state())
    other = state(averaging=0.9)  # its average is not in the checkpoint
    with pytest.raises(ModelError) as error:
        restore_checkpoint(tmp_path, other)
    assert str(error.value).startswith(
        f"{tmp_path / CHECKPOINT}: expected the checkpoint of this training, found another ("
    )
    assert str(error.value).endswith("Train again without --resume.")
