"""Units of work to their results by several processes, in the order of the units and with a bounded look-ahead."""

import select
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar

from tagger.inference.worker_process import Failure, WorkerProcess

Unit = TypeVar("Unit")
Result = TypeVar("Result")


class OrderedPool(Generic[Unit, Result]):
    """Processes that work on units side by side; a context manager that ends them.

    with OrderedPool(partial(build_work, specification), workers=2) as pool:
        for result in pool.map(units): ...

    Nothing is sent that could wait for something else: sockets are written and read only as far as they go.
    """

    def __init__(
        self, build: Callable[[], Callable[[Unit], Result]], workers: int, *, look_ahead: int = 2
    ) -> None:
        """Start `workers` processes, which load while the caller goes on.

        build: makes the function that does a unit, once in each process. It, units and results are pickled, and what
            they name is importable (a function of a module or a `partial` of one).
        look_ahead: units that a process holds, the one that it works on included; of all processes together at most
            twice as many units are read whose results have not been given back.
        """
        self._workers: list[WorkerProcess] = []
        self._look_ahead = look_ahead
        self._limit = 2 * look_ahead * workers
        self._count = 0
        self._order: deque[int] = deque()  # numbers of the units whose results are still to be given back
        self._done: dict[int, Result | Failure] = {}
        try:
            for _ in range(workers):
                self._workers.append(WorkerProcess(build))
        except BaseException:
            self.close()
            raise

    def map(self, units: Iterable[Unit | None]) -> Iterator[Result]:
        """The result of each unit, in order. One at a time; a generator that is left early loses what was under way.

        A unit None: the results of all units before it are given back before the next one is read.
        Raises what a unit or `build` raised, in the unit's place, and TaggerError where a process has died.
        """
        self._order.clear()
        self._done.clear()
        for unit in units:
            while self._order and (unit is None or self._is_full()):
                self._exchange(wait=True)
                yield from self._due()
            if unit is not None:
                self._give(unit)
                self._exchange(wait=False)
                yield from self._due()
        while self._order:
            self._exchange(wait=True)
            yield from self._due()

    def close(self) -> None:
        """End the processes, whatever they do."""
        while self._workers:
            self._workers.pop().end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _is_full(self) -> bool:
        return len(self._order) >= self._limit or all(
            len(worker.units) >= self._look_ahead for worker in self._workers
        )

    def _give(self, unit: Unit) -> None:
        """Let the process that has least to do have `unit`."""
        self._count += 1
        min(self._workers, key=lambda worker: len(worker.units)).give(self._count, unit)
        self._order.append(self._count)

    def _exchange(self, *, wait: bool) -> None:
        """Send and receive what goes; with `wait`, wait until something does."""
        poll = select.poll()
        workers = {worker.socket.fileno(): worker for worker in self._workers}
        for descriptor, worker in workers.items():
            poll.register(descriptor, select.POLLIN | (select.POLLOUT if worker.has_outgoing else 0))
        for descriptor, event in poll.poll(None if wait else 0):
            worker = workers[descriptor]
            if event & select.POLLOUT:
                worker.send()
            if event & ~select.POLLOUT:
                for number, result in worker.receive():
                    if self._order and number >= self._order[0]:  # the units of a map left early are lower
                        self._done[number] = result

    def _due(self) -> Iterator[Result]:
        """The results that are next in order and there."""
        while self._order and self._order[0] in self._done:
            result = self._done.pop(self._order.popleft())
            if isinstance(result, Failure):
                raise result.error
            yield result
