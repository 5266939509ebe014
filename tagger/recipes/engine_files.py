"""What an actor of an engine does with a unit of work: whole files tagged to complete files without their names.

Texts and tags go from storage to storage in the one process that tags them; only the names of files and what has
become of them travel.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from tagger import __version__
from tagger.errors import TaggerError
from tagger.inference.model_archive import from_archive
from tagger.reading.inputs import InputFile
from tagger.recipes.remote_outputs import RemoteFile
from tagger.recipes.tag_manifest import Source
from tagger.recipes.text_destinations import OpenSink, ToFiles
from tagger.recipes.text_run import Job, Run, Running, TagReport
from tagger.recipes.units_of_work import OpenInput
from tagger.text.remote_files import is_url
from tagger.writing.output_files import OutputFile


class Task(NamedTuple):
    """A file to tag."""

    file: InputFile  # with its path as every machine has it
    source: Source | None
    given: str  # its path as the user has it
    name: str  # of the output below the folder
    target: str  # where it is to stand


class Part(NamedTuple):
    """A complete output that waits for its name."""

    source: Source | None
    name: str
    target: str
    temporary: str
    size: int
    checksum: int
    sentences: int
    tokens: int


class Done(NamedTuple):
    """What a unit has become."""

    parts: list[Part]
    failed: list[TaggerError]
    sentences: int
    tokens: int


class FileJob(Job, Protocol):
    """A job that says how its files are written."""

    def open_sink(self, work: Any) -> OpenSink:
        """What writes its files, for the work that it has built."""


class FileWork:
    """Tags units of files."""

    def __init__(self, job: FileJob) -> None:
        self._job = job
        self._work = job.build()
        self._open = job.open_sink(self._work)

    def __call__(self, unit: Sequence[Task]) -> Done:
        """The outputs of the files, under temporary names. A file that cannot be read is named and disturbs no other.

        Raises OSError where nothing could be written, such as on a full disk.
        """
        report = TagReport()
        destination = ToParts(unit, self._open)
        Run(self._job, self._work, destination, report, Running(), None).go(
            OpenInput(task.file, task.source) for task in unit
        )
        return Done(destination.parts, report.failed, report.sentences, report.tokens)


class ToParts(ToFiles):
    """A file for each input, which keeps its temporary name."""

    def __init__(self, unit: Sequence[Task], open_sink: OpenSink) -> None:
        super().__init__(None, open_sink, None)
        self._tasks = {task.file: task for task in unit}
        self.parts: list[Part] = []

    def place(self, file: InputFile) -> tuple[str, OutputFile]:
        task = self._tasks[file]
        output = RemoteFile(task.target) if is_url(task.target) else OutputFile(task.target)
        return task.name, output

    def finish(
        self, name: str, file: OutputFile, source: Source | None, *, sentences: int, tokens: int
    ) -> None:
        part = (name, file.path, file.temporary, file.size, file.checksum)
        self.parts.append(Part(source, *part, sentences, tokens))


def build_file_work(archive: bytes, job: Any, version: str) -> FileWork:
    """The work of an actor, which needs no folder of a model on its machine: the models are in `archive`.

    job: a FileJob, frozen, with a field `models`. Raises TaggerError where the program there is of another version.
    """
    if version != __version__:
        hint = "Install the same version on every machine."
        problem = f"expected version {version} of tagger on {os.uname().nodename}, found {__version__}"
        raise TaggerError(problem, where="--engine", hint=hint)
    with from_archive(archive) as folders:
        return FileWork(replace(job, models=tuple(map(str, folders))))
