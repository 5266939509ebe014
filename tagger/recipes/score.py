"""Inputs that the user named to a score for each token: one file for each, or one stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tagger.errors import SettingsError
from tagger.inference.runtime import DEFAULT_MEMORY
from tagger.inference.scoring import nothing_scores
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
from tagger.recipes.text_destinations import sinks
from tagger.recipes.text_outputs import write_outputs
from tagger.recipes.text_run import Progress, Running, TagReport
from tagger.recipes.text_work import work_on
from tagger.writing.score_outputs import SCORE_FORMATS, Scores, build_score_layout

__all__ = ["DatasetInput", "Reading", "Running", "ScoreJob", "TagReport", "score_files"]


@dataclass(frozen=True, slots=True)
class ScoreJob:
    """What is scored and how it is written, the model included: all that the output depends on."""

    models: tuple[str, ...] = ()  # folders; several are averaged
    tasks: tuple[str, ...] = ()  # the scorers, in this order; none: all
    memory: int = DEFAULT_MEMORY  # bytes, in each process
    reading: Reading = AS_THE_FILE_SAYS
    output_format: str = "columns"
    field_prefix: str = ""  # of the names of the fields that are added to records

    def build(self) -> "ScoreWork":
        """The work of a process."""
        return ScoreWork(load(*self.models, memory=self.memory), self)

    def settings(self) -> Mapping[str, object]:
        """What the output depends on beside the model, by the names of the options."""
        return {
            "--task": list(self.tasks),
            "--format": self.output_format,
            "--field-prefix": self.field_prefix,
            **reading_settings(self.reading),
        }


class ScoreWork:
    """Scores pieces and renders them."""

    def __init__(self, tagger: Tagger, job: ScoreJob) -> None:
        """Raises ModelError where there is no scorer, SettingsError for a task that is none."""
        if not tagger.scorers:
            raise nothing_scores(tagger.tasks, tagger.name)
        for task in job.tasks:
            if task not in tagger.scorers:
                known = f"a scorer of the model ({', '.join(tagger.scorers)})"
                raise SettingsError("--task", known, repr(task))
        self._tagger = tagger
        self._job = job
        self.layout = build_score_layout(job.tasks or tagger.scorers, prefix=job.field_prefix)

    def __call__(self, pieces: list[Piece]) -> list[Rendered]:
        return work_on(
            pieces,
            self._job.reading,
            answer=self._score,
            render=self._render,
            by_document=self._tagger.by_document,
        )

    def _score(self, batch: list[Words]) -> Sequence[Scores]:
        return self._tagger.score_batch(batch)

    def _render(self, words: Sequence[Words], scores: Sequence[Scores]) -> bytes:
        return SCORE_FORMATS[self._job.output_format].render(words, scores, self.layout)


def score_files(
    models: Tagger | str | Path | Sequence[str | Path],
    inputs: Sequence[str],
    *,
    dataset: DatasetInput | None = None,
    tasks: Sequence[str] = (),
    memory: int = DEFAULT_MEMORY,
    reading: Reading = AS_THE_FILE_SAYS,
    stdout: BinaryIO | None = None,
    output: str | None = None,
    output_format: str | None = None,
    field_prefix: str = "",
    running: Running = Running(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> TagReport:
    """Score every input, in order; inputs, outputs and errors as in `tagger.recipes.text_outputs`.

    models, dataset: as of `tagger.recipes.tag.tag_files`. tasks: the scorers, in this order; by default all. Raises
    SettingsError for another name, ModelError where there is no scorer.
    """
    if output_format is not None:
        check_choice("--format", output_format, SCORE_FORMATS)
    check_how_read(reading)
    places, reading = places_of(inputs, dataset, output, reading)
    chosen = output_format or format_of_output(places, reading, SCORE_FORMATS)
    refuse_terminal(chosen, stdout, places)
    tagger, folders = loaded(models, tasks=(), memory=memory, running=running)
    job = ScoreJob(folders, tuple(tasks), memory, reading, chosen, field_prefix)
    work = ScoreWork(tagger, job)
    return write_outputs(
        job,
        work,
        places,
        models=() if dataset else folders,
        open_sink=sinks(chosen, SCORE_FORMATS[chosen], work.layout),
        stdout=stdout,
        suffix=SCORE_FORMATS[chosen].suffix,
        running=running,
        progress=progress,
    )
