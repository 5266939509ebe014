"""Which of several processes of a training this one is, by its environment: all but the first are silent."""

import os
import sys
from typing import Annotated

import typer

Device = Annotated[
    str,
    typer.Option(
        metavar="[auto|cpu|cuda|mps]",
        help="Where to train; overrides training.device. auto: on a GPU where there is one.",
        show_default=False,
    ),
]


def is_silent() -> bool:
    """Whether another process of the same training writes and prints for this one. To call before torch is loaded."""
    if os.environ.get("WORLD_SIZE", "1") != "1":  # of a lost process the command itself tells, in one line
        os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    return _rank("RANK") > 0


def is_told_elsewhere(error: BaseException) -> bool:
    """Whether another process of the same training tells this error.

    Before the processes have met, and after an error in usage, one of each machine does.
    """
    met = sys.modules.get("tagger.training.processes")
    if met is None or not met.have_met():
        return _rank("LOCAL_RANK") > 0
    return bool(met.is_told_elsewhere(error))


def _rank(name: str) -> int:
    several = os.environ.get("WORLD_SIZE", "1") != "1" and {"RANK", "MASTER_ADDR", "MASTER_PORT"} <= set(
        os.environ
    )
    return int(os.environ.get(name, "0")) if several else 0
