"""Several processes as the engine of one training, by torch.distributed: gloo between CPUs, nccl between GPUs.

What may take long in the first process (counting, scoring, saving) the others wait for at the store, without limit, so
that the time limit of the exchanges can be short: a process that is gone ends the training of all of them. Ctrl-C takes
effect in the same step everywhere; so does SIGTERM, by which `torchrun` ends those that are left.
"""

import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import timedelta
from types import FrameType
from typing import Any

import torch
import torch.distributed as dist
import torch.distributed.nn.functional  # its functions keep the group that is there when they are imported
from torch import Tensor, nn
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from tagger.errors import TaggerError
from tagger.records import Evaluation
from tagger.training.devices import choose_device
from tagger.training.engines import ALONE, Engine
from tagger.training.gradient_exchange import exchange_gradients
from tagger.training.shares import Share

TIME_LIMIT = timedelta(minutes=10)
"""For the slowest process to come to an exchange; of one that has died the others hear at once."""
SHORTEST_WAIT, LONGEST_WAIT = 0.002, 0.2  # seconds between two looks at the store
FAILED = "tagger/failed"


class LostProcess(TaggerError):
    """Another process of the training has ended, or cannot be reached."""


class Processes:
    """One of several processes that work on the same steps."""

    def __init__(self, store: Store, share: Share, *, place: int = 0, neighbours: int = 1) -> None:
        """`store`: what the processes share beside their group, which is the default one of torch.distributed."""
        self.share, self.place, self.neighbours = share, place, neighbours
        self.stepping = False  # between the first step and the end: Ctrl-C waits for the step to be over
        self.interrupted = False
        self.lost = False
        self._store = store
        self._answers = 0

    def combine(
        self, network: nn.Module, losses: Mapping[str, Tensor], tasks: Sequence[str]
    ) -> dict[str, float]:
        """As `Engine.combine` says, in the order of `tasks`."""
        self.stepping = True
        notes = [float(self.interrupted)]
        for task in tasks:
            notes += [1.0, losses[task].item()] if task in losses else [0.0, 0.0]
        with self._together():
            told = exchange_gradients(network, self, notes)  # [ranks, 1 + 2 * tasks]
        if told[:, 0].any():
            raise KeyboardInterrupt
        there, sums = told[:, 1::2].any(0).tolist(), told[:, 2::2].sum(0).tolist()
        return {task: value for task, known, value in zip(tasks, there, sums, strict=True) if known}

    def align(self, tensors: Callable[[], Sequence[Tensor]]) -> None:
        """As `Engine.align` says."""
        with self._together(), torch.no_grad():
            for tensor in tensors():
                self.broadcast(tensor.detach())

    def same(self, value: float) -> float:
        """As `Engine.same` says."""
        told = torch.tensor(value, dtype=torch.float64)
        self.align(lambda: [told])
        return told.item()

    def evaluate(self, evaluate: Callable[[], Evaluation]) -> Evaluation:
        """As `Engine.evaluate` says."""
        return Evaluation(**self.from_first(lambda: asdict(evaluate())))

    def from_first(self, work: Callable[[], Any]) -> Any:
        """As `Engine.from_first` says."""
        self._answers += 1
        key = f"tagger/answer/{self._answers}"
        if not self.share.rank:
            answer = work()
            with self._together():
                self._store.set(key, json.dumps(answer))
            return answer
        with self._together():
            wait = SHORTEST_WAIT
            while not self._store.check([key]):
                if self._store.check([FAILED]):
                    raise RuntimeError("the first process has failed")
                time.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
            return json.loads(self._store.get(key))

    def exchange(self, own: bytes) -> list[bytes]:
        """As `Engine.exchange` says."""
        with self._together():
            sizes = [int(size) for size in self.gather(torch.tensor(len(own)))]
            buffer = torch.zeros(max(sizes), dtype=torch.uint8)
            buffer[: len(own)] = torch.frombuffer(bytearray(own), dtype=torch.uint8) if own else 0
            arrived = self.gather(buffer)
        return [part[:size].numpy().tobytes() for part, size in zip(arrived, sizes, strict=True)]

    def gather(self, own: Tensor) -> list[Tensor]:
        """As `gradient_exchange.Channel` says."""
        found = [torch.empty_like(own) for _ in range(self.share.count)]
        dist.all_gather(found, own)
        return found

    def add(self, own: Tensor) -> None:
        """As `gradient_exchange.Channel` says."""
        dist.all_reduce(own)

    def broadcast(self, own: Tensor) -> None:
        """Replace `own` by what the first process has."""
        dist.broadcast(own, 0)

    def leave(self) -> None:
        """Wait for what the first process does alone: `torchrun` ends it where another one ends early."""
        with suppress(LostProcess):  # what there is to tell, the first process tells
            self.from_first(lambda: None)
            with self._together():
                self.gather(torch.zeros(()))  # nobody still waits at a store that ends with its process

    def fail(self) -> None:
        """Let the other processes know that this one tells what went wrong."""
        try:
            self._store.set(FAILED, "1")
        except RuntimeError:  # the store is gone too
            return

    def tells(self, error: BaseException) -> bool:
        """Whether this process is to tell the error: each is told once, a lost process not beside its reason."""
        try:
            if isinstance(error, LostProcess) and self._store.check([FAILED]):
                return False
            name = type(error).__name__
            about = name if isinstance(error, LostProcess) else f"{name}: {error}"
            return bool(self._store.add(f"tagger/told/{about}", 1) == 1)
        except RuntimeError:
            return True

    @contextmanager
    def _together(self) -> Iterator[None]:
        """What fails inside fails because of another process. Raises LostProcess."""
        try:
            yield
        except RuntimeError as error:
            self.lost = True
            raise LostProcess(
                f"expected {self.share.count} processes, lost one of them ({_reason(error)})",
                where="training",
            ) from error

    def on_interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        """Ctrl-C: ends the training with the coming step, and anything else at once."""
        if not self.stepping or self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True

    def on_end(self, _signal: int, _frame: FrameType | None) -> None:
        """SIGTERM: another process has ended, and `torchrun` ends this one."""
        if not self.lost:
            self.lost = True
            raise LostProcess(
                f"expected {self.share.count} processes, lost one of them (told to end)", where="training"
            )


def are_several() -> bool:
    """Whether the environment says that this process is one of several.

    Raises TaggerError where it says so and does not say how they meet: each would train alone, into one output.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) <= 1:
        return False
    missing = [name for name in ("RANK", "MASTER_ADDR", "MASTER_PORT") if name not in os.environ]
    if missing:
        found = f"WORLD_SIZE {os.environ['WORLD_SIZE']} without {', '.join(missing)}"
        hint = "Start with torchrun, or unset WORLD_SIZE to train in one process."
        raise TaggerError(
            f"expected all variables by which processes meet, found {found}", where="training", hint=hint
        )
    return True


def place_on_machine() -> int:
    """The number of this process among those of its machine."""
    return int(os.environ.get("LOCAL_RANK", "0")) if are_several() else 0


_joined: Processes | None = None
"""Kept after the training is over, for what is told about its end."""


@contextmanager
def opened_engine(device: str) -> Iterator[Engine]:
    """The engine of a training on the device of that name: this process alone, or the group of the environment.

    Raises LostProcess where the others cannot be reached, SettingsError for a device that is not there.
    """
    if not are_several():
        yield ALONE
        return
    global _joined
    _joined = engine = _join(choose_device(device, place_on_machine(), int(os.environ["WORLD_SIZE"])))
    handlers = {signal.SIGINT: engine.on_interrupt, signal.SIGTERM: engine.on_end}
    main = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, handler) for number, handler in handlers.items() if main}
    try:
        yield engine
    except LostProcess:
        raise  # leaving the group would wait for a process that is gone
    except TaggerError:
        engine.fail()
        raise
    else:
        engine.leave()
        if not engine.lost:
            dist.destroy_process_group()
    finally:
        for number, handler in before.items():
            if not engine.lost:  # else SIGTERM follows, and must not come before the error is told
                signal.signal(number, handler)


def have_met() -> bool:
    """Whether this process is or was one of several that train together."""
    return _joined is not None


def is_told_elsewhere(error: BaseException) -> bool:
    """Whether another process of the training tells `error`."""
    return _joined is not None and not _joined.tells(error)


def _reason(error: Exception) -> str:
    """The first sentence of what torch says, without the place in its source."""
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return re.sub(r"^\[\S+\] ", "", first).split(". ")[0]


def _join(device: torch.device) -> Processes:
    rank, count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    try:
        store, _, _ = next(iter(rendezvous("env://", timeout=TIME_LIMIT)))
        dist.init_process_group(
            "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo",
            store=PrefixStore("group", store),
            rank=rank,
            world_size=count,
            timeout=TIME_LIMIT,
        )
    except (RuntimeError, ValueError) as error:
        raise LostProcess(
            f"expected {count} processes, could not reach them ({_reason(error)})",
            where=f"{os.environ['MASTER_ADDR']}:{os.environ['MASTER_PORT']}",
            hint="Start them with torchrun.",
        ) from error
    neighbours = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    return Processes(store, Share(rank, count), place=place_on_machine(), neighbours=neighbours)
