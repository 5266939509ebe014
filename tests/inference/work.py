"""What the processes of the pool's tests do; a module of its own, as they import it by name."""

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tagger.errors import DataError


def build(work: Callable[[object], object]) -> Callable[[object], object]:
    return work


def build_nothing() -> Callable[[object], object]:
    raise ValueError("cannot be built")


def double_slowly(unit: tuple[float, int]) -> tuple[int, int]:
    """Sleeps as long as the unit says."""
    seconds, number = unit
    time.sleep(seconds)
    return 2 * number, os.getpid()


def same_size(unit: bytes) -> bytes:
    return unit[::-1]


def reciprocal(unit: float) -> float:
    return 1 / unit


def refuse(line: int) -> None:
    raise DataError("file", line, "a word", "none")


class Unreadable(Exception):
    """Its pickle cannot be read: two values in, one kept."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")


def fail_unreadably(unit: object) -> object:
    raise Unreadable("here", f"not {unit}")


def kill_itself_at(last: int, unit: int) -> int:
    if unit == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return unit


def name_itself(folder: str, unit: int) -> int:
    """Leaves a file with the process's number as its name."""
    (Path(folder) / str(os.getpid())).touch()
    return unit


def environment(name: str) -> str | None:
    return os.environ.get(name)


def pool_until_killed(folder: str) -> None:
    """A program that works on units without end."""
    from itertools import count

    from tagger.inference.worker_pool import OrderedPool

    with OrderedPool(partial(build, partial(name_itself, folder)), 2) as pool:
        for _ in pool.map(count()):
            time.sleep(0.01)
