"""Settings to the scores of short trainings, one after another or side by side in processes of their own.

Each training has one thread of torch and a folder that is gone afterwards; where it runs changes nothing in its result.
"""

import os
import shutil
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from tagger.config import Settings
from tagger.errors import TaggerError
from tagger.recipes.search_trials import Outcome
from tagger.text.processes import starting

Jobs = Mapping[str, Settings]
"""A key of each training and its settings."""

Trainings = Callable[[Jobs], Iterator[tuple[str, Outcome]]]
"""Runs trainings; yields the key and outcome of each one when it is over."""

_ATTEMPTS = 2
"""A process may die with its training (killed, out of memory) so many times before the training counts as failed."""

_PATIENCE_SECONDS = 5.0
"""What a process has to put its things in order; a step of training is far shorter."""


@contextmanager
def trainings(workers: int, folder: Path) -> Iterator[Trainings]:
    """A function that runs trainings, `workers` at once; one alone runs in this process. `folder`: for their files."""
    shutil.rmtree(folder, ignore_errors=True)  # what a killed search left
    crew = _Crew(workers, folder)
    try:
        yield crew.run if workers > 1 else lambda jobs: _one_by_one(jobs, folder)
    finally:
        crew.end()
        shutil.rmtree(folder, ignore_errors=True)


def run_training(settings: Settings, folder: Path) -> Outcome:
    """Train into `folder` and delete it: the best development score, or why the training failed.

    Raises KeyboardInterrupt when interrupted and OSError where the disk fails; these say nothing about the settings.
    """
    from tagger.recipes.train import train

    begun = time.perf_counter()
    shutil.rmtree(folder, ignore_errors=True)  # of a process that died
    try:
        report = train(settings, folder)
    except (TaggerError, MemoryError, RuntimeError) as error:  # RuntimeError: torch found no memory
        seconds = time.perf_counter() - begun
        first = (str(error).splitlines() or [""])[0]
        return Outcome(
            None, 0, seconds, first if isinstance(error, TaggerError) else f"{type(error).__name__}: {first}"
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if report.interrupted:
        raise KeyboardInterrupt
    return Outcome(report.best_score, report.epochs, time.perf_counter() - begun)


def _one_by_one(jobs: Jobs, folder: Path) -> Iterator[tuple[str, Outcome]]:
    for key, settings in jobs.items():
        yield key, run_training(settings, folder / key)


class _Crew:
    """Processes that train, started when there is work for them."""

    def __init__(self, size: int, folder: Path) -> None:
        self._size = size
        self._folder = folder
        self._idle: list[tuple[SpawnProcess, Connection]] = []
        self._busy: dict[Connection, tuple[SpawnProcess, str]] = {}  # key of what it trains

    def run(self, jobs: Jobs) -> Iterator[tuple[str, Outcome]]:
        waiting = deque(jobs)
        deaths: dict[str, int] = {}
        while waiting or self._busy:
            while waiting and len(self._busy) < self._size:
                self._give(waiting.popleft(), jobs)
            for ready in connection.wait(list(self._busy)):
                assert isinstance(ready, Connection)
                process, key = self._busy.pop(ready)
                try:
                    result = ready.recv()
                except (EOFError, OSError):
                    process.join()
                    deaths[key] = deaths.get(key, 0) + 1
                    if deaths[key] < _ATTEMPTS:
                        waiting.appendleft(key)
                    else:
                        reason = f"its process ended with exit code {process.exitcode}, {_ATTEMPTS} times"
                        yield key, Outcome(None, 0, 0.0, reason)
                    continue
                self._idle.append((process, ready))
                if isinstance(result, BaseException):
                    raise result
                yield key, result

    def end(self) -> None:
        """End every process, whatever it does; one that does not listen is killed."""
        pairs = [*self._idle, *((process, there) for there, (process, _) in self._busy.items())]
        for process, there in pairs:
            there.close()  # ends who waits for work
            if there in self._busy:
                process.terminate()
        for process, _ in pairs:
            process.join(_PATIENCE_SECONDS)
            process.kill()
            process.join()
        self._idle, self._busy = [], {}

    def _give(self, key: str, jobs: Jobs) -> None:
        process, there = self._idle.pop() if self._idle else self._start()
        self._busy[there] = (process, key)
        with suppress(OSError):  # it has died: run() finds that out when it listens
            there.send((jobs[key], self._folder / key))

    def _start(self) -> tuple[SpawnProcess, Connection]:
        context = get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_work, args=(there,), daemon=True)
        with starting():
            process.start()
        there.close()
        return process, here


def _work(pipe: Connection) -> None:
    """What a process does: train what comes through the pipe until it closes, or the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            settings, folder = pipe.recv()
        except EOFError:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            return
        try:
            pipe.send(run_training(settings, folder))
        except Exception as error:  # noqa: BLE001 - the parent raises it
            pipe.send(error)


def _leave(*_: object) -> None:
    """End in order, once: what libraries share between processes is freed, without a warning."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(1)


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE_SECONDS)
    os._exit(1)
