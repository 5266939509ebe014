"""Inputs that the user named to outputs, by the actors of an engine: the files are those of a run without it.

A file is tagged as a whole by one actor, from where it lies to where its output is to stand, under a temporary name.
This process alone notes what is done and gives files their names, so an actor that is lost, and one that comes back
after its work was done again, leave nothing behind.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter

from tagger import __version__
from tagger.errors import SettingsError
from tagger.inference.model_archive import to_archive
from tagger.recipes.engine_files import Done, FileJob, Part, Task, build_file_work
from tagger.recipes.ray_engine import ActorPool
from tagger.recipes.remote_outputs import RemoteFolder
from tagger.recipes.tag_manifest import Manifest, Source, build_header
from tagger.recipes.text_outputs import Places, begin_report, left_to_do, open_manifest
from tagger.recipes.text_run import Progress, Running, TagReport
from tagger.recipes.units_of_work import OpenInput, look_at
from tagger.text.remote_files import is_url
from tagger.writing.output_files import OutputPlan, remove_leftovers

UNIT_BYTES = 67_108_864
"""At most so many bytes of files, but one file at least, are a unit of work: about a minute."""
UNIT_FILES = 1024
SHARES = 8
"""Units for each actor, at least, where there are enough files: so that all end at about the same time."""

Unit = list[Task]


def check_places(places: Places) -> None:
    """Raise SettingsError where actors on other machines could not read the inputs or write the output."""
    if places.files.has_streams:
        hint = "Leave out --engine, or save it as a file."
        raise SettingsError("--engine", "files", "standard input or a pipe", hint)
    if places.output is None or not places.folder:
        found = "standard output" if places.output is None else f"the file {places.output}"
        raise SettingsError("--output", "a folder with --engine", found, "Pass --output FOLDER/.")


def write_by_actors(
    job: FileJob,
    places: Places,
    *,
    models: Sequence[str],
    suffix: str,
    running: Running,
    progress: Progress | None,
) -> TagReport:
    """Do the job for every input; the folder of outputs is as `write_outputs` leaves it, byte for byte.

    models: the folders of the models, which are needed here alone. places: as `check_places` wants them.
    """
    files = places.files
    report = begin_report(files, running)
    plan = OutputPlan(places.output or "", True, suffix)
    build = partial(build_file_work, to_archive([Path(model) for model in models]), job, __version__)
    actors = ActorPool[Unit, Done](running.workers)  # first: without Ray no folder is begun
    with _folder(job, models, plan, places, running) as folder, actors as pool:
        start = perf_counter()
        opened = left_to_do(files, plan, folder, report) if running.resume else map(look_at, files)
        units = _units(opened, plan, most=max(1, min(UNIT_BYTES, files.size // (SHARES * pool.workers))))
        for unit, done in pool.map(build, units):
            for part in done.parts:
                folder.keep(part)
            _count(report, unit, done, perf_counter() - start)
            if done.failed and running.fail_fast:
                raise done.failed[0]
            if progress is not None:
                progress(report)
        folder.clean()
    return report


def _units(inputs: Iterable[OpenInput], plan: OutputPlan, *, most: int) -> Iterator[Unit]:
    """Neighbours together, up to `most` bytes."""
    unit: Unit = []
    size = 0
    for file, source in ((opened.file, opened.source) for opened in inputs):
        own = source.size if source is not None else 0
        if unit and (size + own > most or len(unit) >= UNIT_FILES):
            yield unit
            unit, size = [], 0
        name = plan.name(file)
        place = file._replace(path=_everywhere(file.path))
        unit.append(Task(place, source, file.path, name, _everywhere(plan.path(name))))
        size += own
    if unit:
        yield unit


def _everywhere(path: str) -> str:
    """The path as other processes have it too, wherever they run."""
    return path if is_url(path) else os.path.abspath(path)  # noqa: PTH100


def _count(report: TagReport, unit: Unit, done: Done, seconds: float) -> None:
    """Let the report tell of a unit; errors name paths as the user does."""
    report.files += len(done.parts)
    report.sentences += done.sentences
    report.tokens += done.tokens
    report.bytes += sum(task.source.size for task in unit if task.source is not None)
    report.seconds, report.path = seconds, unit[-1].given
    for error in done.failed:
        for task in unit:
            if error.where.startswith(task.file.path):
                error.where = task.given + error.where[len(task.file.path) :]
                break
    report.failed += done.failed


class LocalFolder:
    """An output folder of this machine, or one that all machines have."""

    def __init__(self, root: str, manifest: Manifest) -> None:
        self._root = root
        self._manifest = manifest

    def holds(self, source: Source, output: str) -> bool:
        """Whether the file `output` was made of this very input and is there still."""
        return self._manifest.holds(source, output)

    def keep(self, part: Part) -> None:
        """Note a complete file, then give it its name."""
        if part.source is not None:
            self._manifest.add(part.source, part.name, part, sentences=part.sentences, tokens=part.tokens)
        os.replace(part.temporary, part.target)

    def clean(self) -> None:
        """Remove the temporary files that lost actors left."""
        remove_leftovers(self._root)


@contextmanager
def _folder(
    job: FileJob, models: Sequence[str], plan: OutputPlan, places: Places, running: Running
) -> Iterator[LocalFolder | RemoteFolder]:
    """The output folder, when all outputs have been checked."""
    if is_url(plan.root):
        header = build_header(models, job.settings())
        yield RemoteFolder(plan, places.files, header, resume=running.resume, force=running.force)
        return
    with open_manifest(job, models, plan, places.files, running) as manifest:
        assert manifest is not None, "a folder and saved models have one"
        yield LocalFolder(plan.root, manifest)
