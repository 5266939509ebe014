"""Units of work to a destination: worked on here or by several processes, written in order, bad inputs noted."""

import os
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from tagger.errors import TaggerError
from tagger.reading.pieces import Piece, Reading, Rendered
from tagger.recipes.text_destinations import Destination
from tagger.recipes.text_work import located
from tagger.recipes.units_of_work import OpenInput, Part, Units

Work = Callable[[list[Piece]], list[Rendered]]


class Job(Protocol):
    """What is to be done, in a form that travels to other processes."""

    @property
    def reading(self) -> Reading:
        """How inputs are read."""

    def build(self) -> Work:
        """The work itself; loads what it needs."""

    def settings(self) -> Mapping[str, object]:
        """What the output depends on beside the model, by the names of the options."""


@dataclass(frozen=True, slots=True)
class Running:
    """How a run goes about its work; nothing of it shows in what is written."""

    workers: int = 1  # processes; 0: as many as there are cores
    force: bool = False  # replace outputs that exist
    resume: bool = False  # go on with a run into the same folder
    fail_fast: bool = False  # raise the first error of an input
    engine: str | None = None  # "ray": workers are actors, of a cluster if there is one


@dataclass(slots=True)
class TagReport:
    """What has been tagged or scored so far, or in all."""

    files: int = 0  # complete
    total: int = 0  # inputs of this run, those that were done before included
    skipped: int = 0  # done before, by the run that is resumed
    failed: list[TaggerError] = field(default_factory=list)  # why, for each input that could not be read
    linked_folders: int = 0  # links to folders, not followed
    sentences: int = 0
    tokens: int = 0
    seconds: float = 0.0  # wall time, loading the model not included
    path: str = ""  # the input being written
    size: int | None = None  # bytes to read; None where a stream is among the inputs
    bytes: int = 0  # read so far


Progress = Callable[[TagReport], None]


class Run:
    """One pass over the inputs: what comes back from the work goes to the destination."""

    def __init__(
        self,
        job: Job,
        work: Work,
        destination: Destination,
        report: TagReport,
        running: Running,
        progress: Progress | None,
    ) -> None:
        self._job = job
        self._work = work
        self._destination = destination
        self._report = report
        self._running = running
        self._progress = progress
        self._start = time.perf_counter()

    def go(self, inputs: Iterable[OpenInput]) -> None:
        """Read, work and write until all inputs are done; the report tells of it all the while."""
        units = Units(inputs, self._job.reading, on_read=self._count_bytes, on_pause=self._destination.flush)
        try:
            with closing(self._rendered(units)) as results:
                for rendered in results:
                    self._take(units.sent.popleft(), rendered)
                    self._tell()
            self._destination.close()
        except BaseException:
            self._destination.drop()
            raise
        self._report.seconds = time.perf_counter() - self._start

    def _rendered(self, units: Units) -> Generator[list[Rendered], None, None]:
        """The results of the units, in order."""
        workers = self._running.workers or cores()
        if workers == 1:
            for unit in units:
                if unit is not None:
                    yield self._work(unit)
            return
        from tagger.inference.worker_pool import OrderedPool

        with OrderedPool(self._job.build, workers) as pool:
            yield from pool.map(units)

    def _take(self, parts: Iterable[Part], rendered: Iterable[Rendered]) -> None:
        results = iter(rendered)
        for opened, is_end, error in parts:
            if not is_end:
                self._write(opened, next(results))
            elif error is not None:
                self._fail(opened, error)
            elif not opened.failed:
                self._keep(opened)

    def _begin(self, opened: OpenInput) -> None:
        if not opened.begun and not opened.failed:
            opened.begun = True
            self._report.path = opened.file.path
            try:
                self._destination.begin(opened.file)
            except TaggerError as error:
                self._fail(opened, error)

    def _write(self, opened: OpenInput, rendered: Rendered) -> None:
        self._begin(opened)
        if opened.failed:
            return
        try:
            self._destination.write(rendered.content)
        except TaggerError as error:
            self._fail(opened, located(error, opened.file.path))
            return
        opened.sentences += rendered.sentences
        opened.tokens += rendered.tokens
        self._report.sentences += rendered.sentences
        self._report.tokens += rendered.tokens
        if rendered.error is not None:
            self._fail(opened, rendered.error)

    def _keep(self, opened: OpenInput) -> None:
        self._begin(opened)
        if opened.failed:
            return
        try:
            self._destination.keep(opened.source, sentences=opened.sentences, tokens=opened.tokens)
        except TaggerError as error:
            self._fail(opened, located(error, opened.file.path))
        else:
            self._report.files += 1

    def _fail(self, opened: OpenInput, error: TaggerError) -> None:
        """Note why an input has failed; of several reasons the first."""
        if opened.failed:
            return
        opened.failed = True
        self._destination.drop()
        if self._running.fail_fast:
            raise error
        error.__traceback__ = error.__cause__ = error.__context__ = None  # they hold what was being read
        self._report.failed.append(error)

    def _count_bytes(self, count: int) -> None:
        self._report.bytes = count

    def _tell(self) -> None:
        self._report.seconds = time.perf_counter() - self._start
        if self._progress is not None:
            self._progress(self._report)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
