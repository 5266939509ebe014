"""The state of a training as one safetensors file, from which it goes on exactly."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tagger.errors import ModelError
from tagger.saved import read_metadata, read_weights, write_weights
from tagger.training.loop import TrainingState
from tagger.training.optimizers import optimizer_tensors, restore_optimizer

CHECKPOINT = "last.safetensors"
_COUNTERS = ("epoch", "step", "seconds", "best_score", "best_epoch", "history")


def save_checkpoint(folder: Path, state: TrainingState) -> None:
    """Write the whole state into `folder`, replacing the checkpoint that stood there in one move."""
    arrays: dict[str, torch.Tensor] = {f"network/{k}": v for k, v in state.network.state_dict().items()}
    arrays |= {f"optimizer/{k}": v for k, v in optimizer_tensors(state.optimizer, state.network).items()}
    if state.average:
        arrays |= {f"average/{k}": v for k, v in state.average.values.items()}
    arrays["random/dropout"] = state.generator.get_state()
    facts: dict[str, Any] = {name: getattr(state, name) for name in _COUNTERS}
    facts["shuffle"] = state.shuffle.bit_generator.state
    facts["averaged_steps"] = state.average.steps if state.average else 0
    write_weights(
        folder / CHECKPOINT,
        {name: value.detach().cpu().numpy() for name, value in arrays.items()},
        {"state": json.dumps(facts)},
    )


def restore_checkpoint(folder: Path, state: TrainingState) -> None:
    """Put the saved state into `state`, built from the same settings. Raises ModelError where it does not fit."""
    path = folder / CHECKPOINT
    arrays = read_weights(path)
    groups: dict[str, dict[str, torch.Tensor]] = {"network": {}, "optimizer": {}, "average": {}, "random": {}}
    for name, array in arrays.items():
        group, _, rest = name.partition("/")
        groups[group][rest] = torch.from_numpy(np.array(array))
    try:
        facts = json.loads(read_metadata(path)["state"])
        state.network.load_state_dict(groups["network"])
        restore_optimizer(state.optimizer, state.network, groups["optimizer"])
        if state.average:
            state.average.steps = facts["averaged_steps"]
            for name, value in state.average.values.items():
                value.copy_(groups["average"][name])
        state.generator.set_state(groups["random"]["dropout"])
        state.shuffle.bit_generator.state = facts["shuffle"]
        for name in _COUNTERS:
            setattr(state, name, facts[name])
    except (KeyError, RuntimeError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise ModelError(
            f"expected the checkpoint of this training, found another ({first})",
            where=str(path),
            hint="Train again without --resume.",
        ) from error
