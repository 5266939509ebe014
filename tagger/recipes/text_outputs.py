"""Inputs that the user named to outputs, a batch of sentences at a time: one file for each, or one stream."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tagger.errors import SettingsError
from tagger.inference.inputs import InputFile, find_inputs
from tagger.inference.output_files import is_folder, plan_outputs, written_file
from tagger.inference.reading import INPUT_FORMATS, read_words
from tagger.inference.words import Waiting, Words
from tagger.text.tokenizer import LineBreaks

Render = Callable[[list[Words]], str]
"""The text that is written for a batch of sentences."""


@dataclass(slots=True)
class TagReport:
    """What has been tagged or scored so far, or in all."""

    files: int = 0  # begun
    sentences: int = 0
    tokens: int = 0
    seconds: float = 0.0  # wall time, loading the model not included
    path: str = ""  # the input being read


def write_outputs(
    render: Render,
    inputs: Sequence[str],
    *,
    stdout: BinaryIO | None,
    output: str | None,
    suffix: str,
    input_format: str,
    word_column: str,
    line_breaks: LineBreaks,
    force: bool,
    progress: Callable[[TagReport], None] | None,
) -> TagReport:
    """Render every input, in order.

    inputs: files, folders, patterns, "-" for standard input (see `tagger.inference.inputs`).
    output: a file for a single input, else a folder that gets one file for each input, its name ended by `suffix` (see
        `plan_outputs`); without it everything goes to `stdout`. Every path is checked before work starts; a file
        appears when it is complete. When a pipe or terminal pauses, what is complete is written at once.
    progress: called after each batch of some thousand tokens.
    Raises DataError for an input that cannot be read as it stands, with its line; what was complete before it stays.
    """
    check_choice("--input-format", input_format, INPUT_FORMATS)
    folder = output is not None and is_folder(inputs, output)
    files = find_inputs(inputs, without=Path(output).resolve() if output is not None and folder else None)
    report = TagReport()
    start = time.perf_counter()

    def render_to(file: InputFile, sink: BinaryIO) -> None:
        report.files += 1
        report.path = file.path
        waiting = Waiting[Words]()

        def write() -> None:
            batch = waiting.take()
            sink.write(render(batch).encode("utf-8"))
            report.sentences += sum(1 for words in batch if words.tokens)
            report.tokens += sum(len(words.tokens) for words in batch)
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
        targets = plan_outputs(files, output, folder=folder, suffix=suffix, force=force)
        for file, target in zip(files, targets, strict=True):
            with written_file(target) as sink:
                render_to(file, sink)
    elif stdout is not None:
        for file in files:
            render_to(file, stdout)
        stdout.flush()
    report.seconds = time.perf_counter() - start
    return report


def check_choice(name: str, value: str, known: Collection[str]) -> None:
    """Raise SettingsError if the option `name` has no `known` value."""
    if value not in known:
        raise SettingsError(name, f"one of {', '.join(known)}", repr(value))
