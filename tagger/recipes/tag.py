"""Inputs that the user named to tagged output: one file for each, or one stream."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tagger.errors import SettingsError
from tagger.inference.inputs import InputFile, find_inputs
from tagger.inference.output_files import is_folder, plan_outputs, written_file
from tagger.inference.outputs import FORMATS, SUFFIXES, build_layout, write_sentences
from tagger.inference.reading import INPUT_FORMATS, read_words
from tagger.inference.tagger import Tagger
from tagger.inference.words import Waiting, Words
from tagger.text.schemes import IOB2, SPAN_SCHEMES
from tagger.text.tokenizer import LineBreaks

__all__ = ["InputFile", "TagReport", "tag_files"]


@dataclass(slots=True)
class TagReport:
    """What has been tagged so far, or in all."""

    files: int = 0  # begun
    sentences: int = 0
    tokens: int = 0
    seconds: float = 0.0  # wall time, loading the model not included
    path: str = ""  # the input being read


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
    """Tag every input, in order.

    inputs: files, folders, patterns, "-" for standard input (see `tagger.inference.inputs`).
    output: a file for a single input, else a folder that gets one file for each input (see `plan_outputs`); without it
        everything goes to `stdout`. Every path is checked before work starts; a file appears when it is complete.
        When a pipe or terminal pauses, what is complete is tagged and written at once.
    progress: called after each batch of some thousand tokens.
    Raises DataError for an input that cannot be read as it stands, with its line; what was complete before it stays.
    """
    _check("--format", output_format, FORMATS)
    _check("--input-format", input_format, INPUT_FORMATS)
    _check("--scheme", scheme, SPAN_SCHEMES)
    folder = output is not None and is_folder(inputs, output)
    files = find_inputs(inputs, without=Path(output).resolve() if output is not None and folder else None)
    layout = build_layout(
        tagger.tasks,
        {task: tagger.scheme(task) for task in tagger.tasks},
        {task: tagger.labels(task) for task in tagger.tasks},
        scheme=scheme,
        probabilities=probabilities,
    )
    report = TagReport()
    start = time.perf_counter()

    def tag_to(file: InputFile, sink: BinaryIO) -> None:
        report.files += 1
        report.path = file.path
        waiting = Waiting[Words]()

        def write() -> None:
            batch = waiting.take()
            tagged = tagger.tag_batch(batch, probabilities=probabilities)
            sink.write(write_sentences(output_format, batch, tagged, layout).encode("utf-8"))
            report.sentences += sum(1 for sentence in tagged if sentence.tokens)
            report.tokens += sum(map(len, tagged))
            report.seconds = time.perf_counter() - start
            if progress is not None:
                progress(report)

        def write_now() -> None:
            write()
            sink.flush()

        for words in read_words(
            file.path,
            input_format=input_format,
            line_breaks=line_breaks,
            word_column=word_column,
            on_pause=write_now,
        ):
            if waiting.add(words):
                write()
        write()

    if output is not None:
        targets = plan_outputs(files, output, folder=folder, suffix=SUFFIXES[output_format], force=force)
        for file, target in zip(files, targets, strict=True):
            with written_file(target) as sink:
                tag_to(file, sink)
    elif stdout is not None:
        for file in files:
            tag_to(file, stdout)
        stdout.flush()
    report.seconds = time.perf_counter() - start
    return report


def _check(name: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise SettingsError(name, f"one of {', '.join(known)}", repr(value))
