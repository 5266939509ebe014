"""The state of a training as one safetensors file, from which it goes on exactly."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tagger.errors import ModelError
from tagger.training.loop import TrainingState
from tagger.training.schedules import Plateau
from tagger.weights_file import read_metadata, read_weights, write_weights

CHECKPOINT = "last.safetensors"
_COUNTERS = ("epoch", "step", "seconds", "best_score", "best_epoch", "history", "place")


def save_checkpoint(folder: Path, state: TrainingState) -> None:
    """Write the whole state into `folder`, replacing the checkpoint that stood there in one move."""
    arrays: dict[str, torch.Tensor] = {f"network/{k}": v for k, v in state.network.state_dict().items()}
    arrays |= {f"optimizer/{k}": v for k, v in state.optimizer.tensors(state.network).items()}
    if state.average:
        arrays |= {f"average/{k}": v for k, v in state.average.values().items()}
    arrays["random/dropout"] = state.generator.get_state()
    facts: dict[str, Any] = {name: getattr(state, name) for name in _COUNTERS}
    facts["optimizer"] = state.optimizer.kinds
    facts["plateau"] = asdict(state.plateau)
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
        if facts["optimizer"] != state.optimizer.kinds:
            raise ValueError("the memory of another optimizer")
        state.network.load_state_dict(groups["network"])
        state.optimizer.restore(state.network, groups["optimizer"])
        if state.average:
            state.average.restore(facts["averaged_steps"], groups["average"])
        state.generator.set_state(groups["random"]["dropout"])
        state.shuffle.bit_generator.state = facts["shuffle"]
        state.plateau = Plateau(**facts["plateau"])
        for name in _COUNTERS:
            setattr(state, name, facts[name])
    except (KeyError, RuntimeError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise ModelError(
            f"expected the checkpoint of this training, found another ({first})",
            where=str(path),
            hint="Train again without --resume.",
        ) from error
