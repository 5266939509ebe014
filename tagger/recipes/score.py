"""Inputs that the user named to a score for each token: one file for each, or one stream."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from tagger.errors import SettingsError
from tagger.inference.score_outputs import SCORE_FORMATS, SUFFIXES, write_scores
from tagger.inference.scoring import nothing_scores
from tagger.inference.tagger import Tagger
from tagger.inference.words import Words
from tagger.recipes.text_outputs import TagReport, check_choice, write_outputs
from tagger.text.tokenizer import LineBreaks

__all__ = ["TagReport", "score_files"]


def score_files(
    tagger: Tagger,
    inputs: Sequence[str],
    *,
    tasks: Sequence[str] = (),
    stdout: BinaryIO | None = None,
    output: str | None = None,
    output_format: str = "columns",
    input_format: str = "text",
    word_column: str = "1",
    line_breaks: LineBreaks = "auto",
    force: bool = False,
    progress: Callable[[TagReport], None] | None = None,
) -> TagReport:
    """Score every input, in order; inputs, outputs and errors as in `tagger.recipes.text_outputs`.

    tasks: the scorers, in this order; by default all. Raises SettingsError for another name, ModelError where there is
    no scorer.
    """
    check_choice("--format", output_format, SCORE_FORMATS)
    if not tagger.scorers:
        raise nothing_scores(tagger.tasks, tagger.name)
    for task in tasks:
        if task not in tagger.scorers:
            raise SettingsError("--task", f"a scorer of the model ({', '.join(tagger.scorers)})", repr(task))
    chosen = tuple(tasks) or tagger.scorers

    def render(batch: list[Words]) -> str:
        scores = tagger.score_batch(batch)
        return write_scores(output_format, batch, [{task: own[task] for task in chosen} for own in scores])

    return write_outputs(
        render,
        inputs,
        stdout=stdout,
        output=output,
        suffix=SUFFIXES[output_format],
        input_format=input_format,
        word_column=word_column,
        line_breaks=line_breaks,
        force=force,
        progress=progress,
    )
