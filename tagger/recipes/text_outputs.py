"""Inputs that the user named to outputs: one file for each, or one stream; every path is checked before any work."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from tagger.errors import SettingsError
from tagger.reading.inputs import STDIN, InputFile, Inputs, find_inputs
from tagger.reading.pieces import Piece
from tagger.recipes.tag_manifest import MANIFEST, Manifest, Source, build_header
from tagger.recipes.text_destinations import OpenSink, ToFiles, ToStream
from tagger.recipes.text_run import Job, Progress, Run, Running, TagReport, Work
from tagger.recipes.units_of_work import OpenInput, look_at
from tagger.text.remote_files import is_url
from tagger.writing.output_files import (
    COMPRESSED,
    TELLING_SUFFIXES,
    OutputPlan,
    check_outputs,
    is_folder,
    remove_leftovers,
)


@dataclass(frozen=True, slots=True)
class Places:
    """What is read and where it is to be written."""

    names: tuple[str, ...]  # of the inputs, as the user named them
    files: Inputs
    output: str | None
    folder: bool  # whether the output is one, with a file for each input
    pieces: Mapping[str, Callable[[], Iterator[Piece]]] = field(
        default_factory=dict
    )  # of inputs that are no files

    def look_at(self, file: InputFile) -> OpenInput:
        """An input about to be read."""
        pieces = self.pieces.get(file.path)
        return look_at(file) if pieces is None else OpenInput(file, None, pieces=pieces)


class Known(Protocol):
    """What a run before has left."""

    def holds(self, source: Source, output: str) -> bool:
        """Whether the file `output` was made of this very input and is there still."""


def find_places(inputs: Sequence[str], output: str | None) -> Places:
    """The files that `inputs` stand for (see `tagger.reading.inputs`), and what `output` is.

    output: a file for a single input, else a folder that gets one file for each input; None: a stream.
    Raises DataError where a name stands for nothing, SettingsError for an output that cannot be.
    """
    folder = output is not None and is_folder(inputs, output)
    if output is not None:
        check_output(inputs, output, folder=folder)
    files = find_inputs(inputs, without=Path(output).resolve() if output is not None and folder else None)
    return Places(tuple(inputs), files, output, folder)


def write_outputs(
    job: Job,
    work: Work,
    places: Places,
    *,
    models: Sequence[str],
    open_sink: OpenSink,
    stdout: BinaryIO | None,
    suffix: str,
    running: Running,
    progress: Progress | None,
) -> TagReport:
    """Do the job for every input, in order.

    work: what `job.build()` gives; with several workers each process builds its own.
    models: the folders of the models; an output folder remembers them in its manifest (none without them).
    suffix: ends the names of files in an output folder (see `OutputPlan`); without an output all goes to `stdout`.
    Every path is checked before work starts; a file appears when it is complete. When a pipe or terminal pauses, what
    is complete is written at once.
    progress: called after each unit of some thousand tokens.
    An input that cannot be read is noted in the report, and the run goes on.
    """
    files = places.files
    report = begin_report(files, running)
    if places.pieces and running.resume:
        raise SettingsError("--resume", "files, which can be known again", "a data set")
    if places.output is None:
        if running.resume:
            raise _nothing_to_resume()
        if stdout is not None:
            title = places.names[0] if len(places.names) == 1 and places.names[0] != STDIN else "tagger"
            run = Run(job, work, ToStream(stdout, open_sink, title), report, running, progress)
            run.go(map(places.look_at, files))
        return report
    plan = OutputPlan(places.output, places.folder, suffix)
    if is_url(places.output):
        hint = "Or pass --engine ray, which writes to folders of other systems."
        raise SettingsError("--output", "a path of this machine", places.output, hint)
    with open_manifest(job, models, plan, files, running) as manifest:
        run = Run(job, work, ToFiles(plan, open_sink, manifest), report, running, progress)
        run.go(left_to_do(files, plan, manifest, report) if running.resume else map(places.look_at, files))
    return report


def begin_report(files: Inputs, running: Running) -> TagReport:
    """The report of a run that is about to begin. Raises the first error of what was found, with `fail_fast`."""
    if running.fail_fast and files.bad:
        raise files.bad[0]
    return TagReport(
        total=len(files) + len(files.bad),
        linked_folders=files.linked_folders,
        size=None if files.has_streams else files.size,
        failed=list(files.bad),
    )


@contextmanager
def open_manifest(
    job: Job, models: Sequence[str], plan: OutputPlan, files: Inputs, running: Running
) -> Iterator[Manifest | None]:
    """The manifest of the output folder, open, when all outputs have been checked; None for an output file."""
    if not plan.folder or not models:
        if running.resume:
            raise _nothing_to_resume()
        check_outputs(plan, files, force=running.force)
        yield None
        return
    if not running.resume:
        hint = (
            "Pass --resume to go on with the run that wrote it."
            if Path(plan.root, MANIFEST).is_file()
            else ""
        )
        check_outputs(plan, files, force=running.force, hint=hint)
    header = build_header(models, job.settings())
    with closing(Manifest(plan.root, header, resume=running.resume, force=running.force)) as manifest:
        if running.resume:
            check_outputs(plan, files, force=running.force, is_ours=manifest.knows)
            remove_leftovers(plan.root)
        yield manifest


def check_output(inputs: Sequence[str], output: str, *, folder: bool) -> None:
    """Raise SettingsError where the outputs would be inputs of the next run, or are to be compressed."""
    both = (inputs[0], output) if len(inputs) == 1 else ()
    if both and all(Path(path).is_dir() for path in both) and Path(output).samefile(inputs[0]):
        hint = "Its outputs would be inputs the next time. Name another one; a folder below this one will do."
        raise SettingsError("--output", "another folder than that of the inputs", output, hint)
    path = Path(output)
    if (
        folder
        and not output.endswith(("/", os.sep))
        and path.suffix in TELLING_SUFFIXES
        and not path.exists()
    ):
        hint = f"If a folder is to be called so, write {output}/."
        raise SettingsError("--output", "a folder for several inputs", f"the name of a file, {output}", hint)
    if not folder and output.lower().endswith(COMPRESSED):
        hint = "Leave off the suffix, or leave out --output and pipe into a program that compresses."
        raise SettingsError("--output", "a file that is not compressed", output, hint)


def _nothing_to_resume() -> SettingsError:
    return SettingsError(
        "--resume", "an output folder, which remembers what is done", "an output without a memory"
    )


def left_to_do(
    files: Inputs, plan: OutputPlan, manifest: Known | None, report: TagReport
) -> Iterator[OpenInput]:
    """The inputs whose output is not there yet."""
    for opened in map(look_at, files):
        source = opened.source
        if manifest is None or source is None or not manifest.holds(source, plan.name(opened.file)):
            yield opened
            continue
        report.skipped += 1
        if report.size is not None:
            report.size -= source.size
