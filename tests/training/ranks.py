"""Several processes of a training as threads of this one: what they do together, without starting any."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor

from tagger.training.processes import Processes
from tagger.training.shares import Share

Result = TypeVar("Result")


class Meeting:
    """Where threads leave what they give and take what the others gave."""

    def __init__(self, count: int) -> None:
        self.store = dist.HashStore()
        self.barrier = threading.Barrier(count, timeout=60)
        self.given: list[Any] = [None] * count


class Rank(Processes):
    """A process whose way to the others is a `Meeting`; it adds up in the order of the ranks."""

    def __init__(self, meeting: Meeting, rank: int) -> None:
        super().__init__(meeting.store, Share(rank, len(meeting.given)))
        self.meeting = meeting
        self.numbers_sent = 0

    def gather(self, own: Tensor) -> list[Tensor]:
        self.numbers_sent += own.numel()
        self.meeting.given[self.share.rank] = own.clone()
        self.meeting.barrier.wait()
        found = [tensor.clone() for tensor in self.meeting.given]
        self.meeting.barrier.wait()
        return found

    def add(self, own: Tensor) -> None:
        own.copy_(torch.stack(self.gather(own)).sum(0))

    def broadcast(self, own: Tensor) -> None:
        own.copy_(self.gather(own)[0])


def on_ranks(count: int, work: Callable[[Rank], Result]) -> list[Result]:
    """What `work` gives in each of so many processes that run side by side."""
    meeting = Meeting(count)

    def guarded(rank: Rank) -> Result:
        try:
            return work(rank)
        except BaseException:
            meeting.barrier.abort()
            raise

    with ThreadPoolExecutor(count) as pool:
        jobs = [pool.submit(guarded, Rank(meeting, rank)) for rank in range(count)]
        errors = [error for job in jobs if (error := job.exception())]
        broken = threading.BrokenBarrierError
        for error in sorted(errors, key=lambda e: isinstance(e, broken) or isinstance(e.__cause__, broken)):
            raise error
        return [job.result() for job in jobs]
