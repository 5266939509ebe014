"""What `tag` and `score` make of their options before any work: models, formats, how inputs are read."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from tagger.errors import SettingsError
from tagger.inference.tagger import Tagger, load
from tagger.reading.cutting import INPUT_FORMATS, check_reading
from tagger.reading.inputs import AUTO, format_of
from tagger.reading.pieces import Reading
from tagger.recipes.text_outputs import Places
from tagger.recipes.text_run import Running
from tagger.recipes.text_work import reading_of
from tagger.writing.output_files import TELLING_SUFFIXES
from tagger.writing.outputs import OutputFormat

AS_THE_FILE_SAYS = Reading(input_format=AUTO)
KEPT_FORMATS = ("conllu", "jsonl", "parquet")
"""Input formats whose own fields would be lost in columns."""


def loaded(
    models: Tagger | str | Path | Sequence[str | Path], *, tasks: Sequence[str], memory: int, running: Running
) -> tuple[Tagger, tuple[str, ...]]:
    """The tagger of `models`, and the folders that other processes can load it from (none of a ready tagger)."""
    if isinstance(models, Tagger):
        if running.workers != 1 or running.engine:
            expected = "1 with a tagger in memory (several processes load theirs from folders)"
            raise SettingsError("workers", expected, running.engine or str(running.workers))
        return models, ()
    folders = tuple(map(str, [models] if isinstance(models, str | Path) else models))
    return load(*folders, memory=memory, tasks=tasks or None), folders


def format_of_output(places: Places, reading: Reading, formats: Mapping[str, OutputFormat]) -> str:
    """The format that the suffix of an output file tells, else that of inputs with fields to keep, else "columns".

    Rows of a data set are written as JSON lines.

    Raises SettingsError where only some inputs have fields to keep: their format would not do for the others.
    """
    suffix = Path(places.output).suffix.lower() if places.output is not None and not places.folder else ""
    if suffix in TELLING_SUFFIXES:
        return next((name for name, own in formats.items() if own.suffix == suffix), "columns")
    chosen = reading.input_format
    if chosen == "dataset":
        return "jsonl"
    kinds = {chosen} if chosen != AUTO else {format_of(file.path, AUTO) for file in places.files}
    kept = kinds.intersection(KEPT_FORMATS, formats)
    if kept and len(kinds) > 1:
        hint = "Columns would lose their own fields; pass --format columns if that is wanted."
        expected = f"one for inputs of several kinds ({', '.join(sorted(kinds))})"
        raise SettingsError("--format", expected, "none", hint)
    return kept.pop() if kept else "columns"


def refuse_terminal(output_format: str, stdout: BinaryIO | None, places: Places) -> None:
    """Raise SettingsError where bytes that are no text would go to a terminal."""
    if output_format == "parquet" and places.output is None and stdout is not None and stdout.isatty():
        raise SettingsError("--output", "a file for Parquet", "a terminal", "Or pass --format jsonl.")


def check_how_read(reading: Reading) -> None:
    """Raise SettingsError for what no input could be read with."""
    check_choice("--input-format", reading.input_format, (AUTO, *INPUT_FORMATS))
    check_reading(reading_of("", reading))


def reading_settings(reading: Reading) -> dict[str, object]:
    """How inputs are read, by the names of the options."""
    return {
        "--input-format": reading.input_format,
        "--word-column": reading.word_column,
        "--line-breaks": reading.line_breaks,
        "--text-field": reading.text_field,
        "--tokenizer": reading.tokenizer,
        "--encoding": reading.encoding,
        "--errors": reading.errors,
    }


def check_choice(name: str, value: str, known: Collection[str]) -> None:
    """Raise SettingsError if the option `name` has no `known` value."""
    if value not in known:
        raise SettingsError(name, f"one of {', '.join(known)}", repr(value))
