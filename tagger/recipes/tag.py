"""Inputs that the user named to tagged output: one file for each, or one stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tagger.errors import SettingsError
from tagger.inference.runtime import DEFAULT_MEMORY
from tagger.inference.scoring import nothing_tags
from tagger.inference.spans import TaggedSentence
from tagger.inference.tagger import Tagger, load
from tagger.reading.pieces import Piece, Reading, Rendered
from tagger.reading.words import Words
from tagger.recipes.dataset_inputs import DatasetInput, places_of
from tagger.recipes.text_choices import (
    AS_THE_FILE_SAYS,
    check_choice,
    check_how_read,
    format_of_output,
    loaded,
    reading_settings,
    refuse_terminal,
)
from tagger.recipes.text_destinations import OpenSink, sinks
from tagger.recipes.text_outputs import write_outputs
from tagger.recipes.text_run import Progress, Running, TagReport
from tagger.recipes.text_work import work_on
from tagger.text.schemes import IOB2, SPAN_SCHEMES
from tagger.writing.outputs import FORMATS, build_layout

__all__ = ["DatasetInput", "Reading", "Running", "TagJob", "TagReport", "tag_files"]

ENGINES = ("ray",)


@dataclass(frozen=True, slots=True)
class TagJob:
    """What is tagged and how it is written, the model included: all that the output depends on."""

    models: tuple[str, ...] = ()  # folders; several vote
    tasks: tuple[str, ...] = ()  # in this order; none: all
    memory: int = DEFAULT_MEMORY  # bytes, in each process
    reading: Reading = AS_THE_FILE_SAYS
    output_format: str = "columns"
    scheme: str = IOB2
    probabilities: bool = False
    min_probability: float = 0.0  # of a tag; below it a token is left untagged
    field_prefix: str = ""  # of the names of the fields that are added to records

    def build(self) -> "TagWork":
        """The work of a process."""
        return TagWork(load(*self.models, memory=self.memory, tasks=self.tasks or None), self)

    def open_sink(self, work: "TagWork") -> OpenSink:
        """What writes files, for this job's work."""
        return sinks(self.output_format, FORMATS[self.output_format], work.layout)

    def settings(self) -> Mapping[str, object]:
        """What the output depends on beside the model, by the names of the options."""
        return {
            "--task": list(self.tasks),
            "--format": self.output_format,
            "--scheme": self.scheme,
            "--probabilities": self.probabilities,
            "--min-probability": self.min_probability,
            "--field-prefix": self.field_prefix,
            **reading_settings(self.reading),
        }


class TagWork:
    """Tags pieces and renders them."""

    def __init__(self, tagger: Tagger, job: TagJob) -> None:
        """Raises ModelError where there are scorers only."""
        if not tagger.tasks:
            raise nothing_tags(tagger.scorers, tagger.name)
        self._tagger = tagger
        self._job = job
        self.layout = build_layout(
            tagger.tasks,
            {task: tagger.scheme(task) for task in tagger.tasks},
            {task: tagger.labels(task) for task in tagger.tasks},
            scheme=job.scheme,
            probabilities=job.probabilities,
            prefix=job.field_prefix,
        )

    def __call__(self, pieces: list[Piece]) -> list[Rendered]:
        return work_on(
            pieces,
            self._job.reading,
            answer=self._tag,
            render=self._render,
            by_document=self._tagger.by_document,
        )

    def _tag(self, batch: list[Words]) -> list[TaggedSentence]:
        return self._tagger.tag_batch(
            batch, probabilities=self._job.probabilities, min_probability=self._job.min_probability
        )

    def _render(self, words: Sequence[Words], tagged: Sequence[TaggedSentence]) -> bytes:
        return FORMATS[self._job.output_format].render(words, tagged, self.layout)


def tag_files(
    models: Tagger | str | Path | Sequence[str | Path],
    inputs: Sequence[str],
    *,
    dataset: DatasetInput | None = None,
    stdout: BinaryIO | None = None,
    output: str | None = None,
    output_dataset: str | None = None,
    output_format: str | None = None,
    tasks: Sequence[str] = (),
    memory: int = DEFAULT_MEMORY,
    reading: Reading = AS_THE_FILE_SAYS,
    scheme: str = IOB2,
    probabilities: bool = False,
    min_probability: float = 0.0,
    field_prefix: str = "",
    running: Running = Running(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> TagReport:
    """Tag every input, in order; inputs, outputs and errors as in `tagger.recipes.text_outputs`.

    dataset: rows to tag, in place of inputs. output_dataset: the folder of a data set to write, in place of an output.
    models: a loaded tagger (one process, no memory of what is done: `tasks` and `memory` are its own), or the folder of
        a model, or several that vote.
    output_format: one of FORMATS; by default what the suffix of an output file says, else that of CoNLL-U, JSON lines
        and Parquet inputs, else "columns".
    running: with an engine, by the actors of Ray Data, files to a folder; either may be of another system (s3://...).
    Scorers are left out. Raises ModelError where there is nothing else.
    """
    if running.engine is not None:
        check_choice("--engine", running.engine, ENGINES)
        if dataset is not None or output_dataset is not None:
            raise SettingsError("--engine", "files as inputs and outputs", "a data set")
    if output_format is not None:
        check_choice("--format", output_format, FORMATS)
    check_choice("--scheme", scheme, SPAN_SCHEMES)
    check_how_read(reading)
    if output_dataset is not None:
        from tagger.recipes.dataset_output import check_dataset_output

        check_dataset_output(output_dataset, output=output, output_format=output_format, running=running)
        output_format = "parquet"
    places, reading = places_of(inputs, dataset, output, reading)
    chosen = output_format or format_of_output(places, reading, FORMATS)
    if output_dataset is None:
        refuse_terminal(chosen, stdout, places)
    if running.engine:
        from tagger.recipes.engine_outputs import check_places, write_by_actors

        check_places(places)
    tagger, folders = loaded(models, tasks=tasks, memory=memory, running=running)
    job = TagJob(
        folders, tuple(tasks), memory, reading, chosen, scheme, probabilities, min_probability, field_prefix
    )
    work = TagWork(tagger, job)
    if running.engine:
        return write_by_actors(
            job, places, models=folders, suffix=FORMATS[chosen].suffix, running=running, progress=progress
        )
    if output_dataset is not None:
        from tagger.recipes.dataset_output import write_dataset

        tail = FORMATS[chosen].tail(work.layout)
        return write_dataset(
            job, work, places, target=output_dataset, tail=tail, running=running, progress=progress
        )
    return write_outputs(
        job,
        work,
        places,
        models=() if dataset else folders,
        open_sink=job.open_sink(work),
        stdout=stdout,
        suffix=FORMATS[chosen].suffix,
        running=running,
        progress=progress,
    )
