"""What `tag` and `score` make of their options before any work: models, formats, how inputs are read."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from tagger.errors import SettingsError
from tagger.inference.tagger import Tagger, load
from tagger.reading.cutting import INPUT_FORMATS, check_reading
from tagger.reading.inputs import AUTO
from tagger.reading.pieces import Reading
from tagger.recipes.text_run import Running
from tagger.recipes.text_work import reading_of
from tagger.writing.outputs import OutputFormat

AS_THE_FILE_SAYS = Reading(input_format=AUTO)
TELLING_SUFFIXES = (".conllu", ".jsonl", ".html", ".parquet")
"""Suffixes of an output file that leave no doubt about its format."""


def loaded(
    models: Tagger | str | Path | Sequence[str | Path], *, tasks: Sequence[str], memory: int, running: Running
) -> tuple[Tagger, tuple[str, ...]]:
    """The tagger of `models`, and the folders that other processes can load it from (none of a ready tagger)."""
    if isinstance(models, Tagger):
        if running.workers != 1:
            expected = "1 with a tagger in memory (several processes load theirs from folders)"
            raise SettingsError("workers", expected, str(running.workers))
        return models, ()
    folders = tuple(map(str, [models] if isinstance(models, str | Path) else models))
    return load(*folders, memory=memory, tasks=tasks or None), folders


def format_of_output(output: str | None, formats: Mapping[str, OutputFormat]) -> str:
    """The format that the suffix of an output file tells, else "columns"."""
    suffix = Path(output).suffix.lower() if output is not None else ""
    if suffix not in TELLING_SUFFIXES or Path(output or "").is_dir():
        return "columns"
    return next((name for name, own in formats.items() if own.suffix == suffix), "columns")


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
