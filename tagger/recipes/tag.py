"""Inputs that the user named to tagged output: one file for each, or one stream."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from tagger.inference.inputs import InputFile
from tagger.inference.outputs import FORMATS, SUFFIXES, build_layout, write_sentences
from tagger.inference.scoring import nothing_tags
from tagger.inference.tagger import Tagger
from tagger.inference.words import Words
from tagger.recipes.text_outputs import TagReport, check_choice, write_outputs
from tagger.text.schemes import IOB2, SPAN_SCHEMES
from tagger.text.tokenizer import LineBreaks

__all__ = ["InputFile", "TagReport", "tag_files"]


def tag_files(
    tagger: Tagger,
    inputs: Sequence[str],
    *,
    stdout: BinaryIO | None = None,
    output: str | None = None,
    output_format: str = "columns",
    input_format: str = "text",
    word_column: str = "1",
    line_breaks: LineBreaks = "auto",
    scheme: str = IOB2,
    probabilities: bool = False,
    force: bool = False,
    progress: Callable[[TagReport], None] | None = None,
) -> TagReport:
    """Tag every input, in order; inputs, outputs and errors as in `tagger.recipes.text_outputs`.

    Scorers are left out. Raises ModelError where there is nothing else.
    """
    check_choice("--format", output_format, FORMATS)
    check_choice("--scheme", scheme, SPAN_SCHEMES)
    if not tagger.tasks:
        raise nothing_tags(tagger.scorers, tagger.name)
    layout = build_layout(
        tagger.tasks,
        {task: tagger.scheme(task) for task in tagger.tasks},
        {task: tagger.labels(task) for task in tagger.tasks},
        scheme=scheme,
        probabilities=probabilities,
    )

    def render(batch: list[Words]) -> str:
        tagged = tagger.tag_batch(batch, probabilities=probabilities)
        return write_sentences(output_format, batch, tagged, layout)

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
