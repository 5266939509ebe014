"""Rendered rows to a folder that `datasets` reads, written whole or not at all."""

from dataclasses import replace
from pathlib import Path

from tagger.errors import OutputExistsError, SettingsError, TaggerError
from tagger.reading.inputs import InputFile
from tagger.recipes.tag_manifest import Source
from tagger.recipes.text_outputs import Places
from tagger.recipes.text_run import Job, Progress, Run, Running, TagReport, Work
from tagger.whole_files import is_taken, written_whole
from tagger.writing.dataset_folder import DatasetFolder, is_dataset_folder

ONLY_SPLIT = "train"
"""What the rows of files are called, which have no split."""


class ToDataset:
    """Rows of files one after another, rows of splits each in a split of its name."""

    def __init__(self, folder: DatasetFolder, *, by_split: bool) -> None:
        self._folder = folder
        self._by_split = by_split

    def begin(self, file: InputFile) -> None:
        self._folder.begin(file.relative if self._by_split else ONLY_SPLIT)

    def write(self, content: bytes) -> None:
        self._folder.write(content)

    def keep(self, source: Source | None, *, sentences: int, tokens: int) -> None:
        pass

    def drop(self) -> None:
        self._folder.drop()

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self._folder.close()


def check_dataset_output(
    target: str, *, output: str | None, output_format: str | None, running: Running
) -> None:
    """Raise TaggerError for what is known to be wrong before any work."""
    if output is not None:
        raise SettingsError("--output-dataset", "no --output beside it", output)
    if output_format not in (None, "parquet"):
        raise SettingsError("--format", "parquet, or none, with --output-dataset", str(output_format))
    if running.resume:
        raise SettingsError("--resume", "an output folder of files", f"the data set {target}")
    folder = Path(target)
    if is_taken(folder):
        if not running.force:
            raise OutputExistsError(folder)
        if not is_dataset_folder(folder):
            hint = "--force replaces only a folder that --output-dataset wrote; choose another one."
            raise TaggerError("expected a data set, found other files", where=target, hint=hint)


def write_dataset(
    job: Job,
    work: Work,
    places: Places,
    *,
    target: str,
    tail: bytes,
    running: Running,
    progress: Progress | None,
) -> TagReport:
    """Do the job for every input, in order, into the data set `target`; the first input that fails ends it.

    tail: rows that a split without any is written from (none, of its columns).
    """
    files = places.files
    if files.bad:
        raise files.bad[0]
    report = TagReport(total=len(files), linked_folders=files.linked_folders)
    report.size = None if files.has_streams else files.size
    with written_whole(Path(target), force=running.force) as folder:
        destination = ToDataset(DatasetFolder(folder, tail), by_split=bool(places.pieces))
        run = Run(job, work, destination, report, replace(running, fail_fast=True), progress)
        run.go(map(places.look_at, files))
    return report
