"""Who works on the steps of a training: one process alone, or several that each take a share of every batch.

Several are started by `torchrun`, or by whatever sets RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT. All of
them hold the whole network and come to the same weights; the first one (rank 0) alone scores, writes and prints.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from torch import Tensor, nn

from tagger.records import Evaluation
from tagger.training.shares import WHOLE, Share


class Engine(Protocol):
    """How the processes of a training agree; one process agrees with itself at no cost."""

    @property
    def share(self) -> Share:
        """Which process this is."""

    @property
    def place(self) -> int:
        """Its number among the processes of its machine."""

    @property
    def neighbours(self) -> int:
        """The processes of its machine, itself among them."""

    def combine(
        self, network: nn.Module, losses: Mapping[str, Tensor], tasks: Sequence[str]
    ) -> dict[str, float]:
        """The losses, and in the parameters the gradients, of all processes together; `tasks` names all there can be.

        Raises KeyboardInterrupt everywhere where any process has been interrupted.
        """

    def align(self, tensors: Callable[[], Sequence[Tensor]]) -> None:
        """Give `tensors` the values that they have in the first process."""

    def same(self, value: float) -> float:
        """The value of the first process."""

    def evaluate(self, evaluate: Callable[[], Evaluation]) -> Evaluation:
        """What the first process finds."""

    def from_first(self, work: Callable[[], Any]) -> Any:
        """The plain values (those of JSON) that `work` gives in the first process; the others do not work."""

    def exchange(self, own: bytes) -> list[bytes]:
        """What each process has given, in the order of their ranks."""


class OneProcess:
    """A training that needs nobody else."""

    share, place, neighbours = WHOLE, 0, 1

    def combine(
        self, network: nn.Module, losses: Mapping[str, Tensor], tasks: Sequence[str]
    ) -> dict[str, float]:
        return {task: loss.item() for task, loss in losses.items()}

    def align(self, tensors: Callable[[], Sequence[Tensor]]) -> None:
        """Nothing to do."""

    def same(self, value: float) -> float:
        return value

    def evaluate(self, evaluate: Callable[[], Evaluation]) -> Evaluation:
        return evaluate()

    def from_first(self, work: Callable[[], Any]) -> Any:
        return work()

    def exchange(self, own: bytes) -> list[bytes]:
        return [own]


ALONE = OneProcess()


def is_first(engine: Engine) -> bool:
    """Whether this process is the one that scores, writes and prints."""
    return engine.share.rank == 0


def own_threads(engine: Engine, threads: int) -> int:
    """The share of a machine's `threads` that this process uses; one at least."""
    return max(1, threads // engine.neighbours)
