"""Tables with a column of text to the same tables with columns of tags, inside the batches of other programs.

import tagger
tag = tagger.TableTagger("models/en", text_field="text")
dataset.with_format("arrow").map(tag, batched=True, num_proc=8)                 # Hugging Face datasets
rows.map_batches(tagger.TableTagger, fn_constructor_args=("models/en",), batch_format="pyarrow", ...)  # Ray Data
frame.mapInPandas(tag.frames, tag.spark_schema(frame.schema))                     # Spark

The columns are those of `tagger tag --format parquet` on records, made the same way.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tagger.errors import DataError, TaggerError
from tagger.inference.default_model import default_model
from tagger.inference.runtime import DEFAULT_MEMORY
from tagger.reading.pieces import Piece, Reading
from tagger.recipes.tag import TagJob, TagWork
from tagger.recipes.tag_manifest import fingerprint
from tagger.recipes.text_choices import check_choice, check_how_read
from tagger.text.record_columns import Column, Kind
from tagger.text.schemes import IOB2, SPAN_SCHEMES
from tagger.text.tokenizer import ENGLISH, LineBreaks
from tagger.writing.json_lines import refuse_clash
from tagger.writing.parquet_output import added_kinds

BATCH = "batch"
"""Stands for a path in errors."""
OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")

_SPARK = {"string": "string", "json": "string", "int64": "bigint", "float64": "double", "bool": "boolean"}


class TableTagger:
    """Tags the texts of tables. Its pickle is small: another process loads the models from the same folders."""

    def __init__(
        self,
        *models: str | Path,
        text_field: str = "text",
        tasks: Sequence[str] = (),
        scheme: str = IOB2,
        probabilities: bool = False,
        min_probability: float = 0.0,
        field_prefix: str = "",
        line_breaks: LineBreaks = "auto",
        tokenizer: str = ENGLISH,
        errors: str = "strict",
        memory: int = DEFAULT_MEMORY,
    ) -> None:
        """The options are those of `tagger tag`.

        models: folders, several vote; none: the model that comes with the program.

        Raises what loading does, and SettingsError.
        """
        check_choice("scheme", scheme, SPAN_SCHEMES)
        reading = Reading(
            "parquet", text_field=text_field, line_breaks=line_breaks, tokenizer=tokenizer, errors=errors
        )
        with _parameters_named():
            check_how_read(reading)
        folders = tuple(str(Path(model).absolute()) for model in models)
        self._job = TagJob(
            folders,
            tuple(tasks),
            memory,
            reading,
            "parquet",
            scheme,
            probabilities,
            min_probability,
            field_prefix,
        )
        self._work: TagWork | None = None
        self._work = self._loaded()
        self._models = tuple(map(fingerprint, map(Path, _folders(self._job))))

    def __call__(self, table: Any) -> Any:
        """The pyarrow table with columns added; its own keep their types. Raises DataError, with the row."""
        from tagger.text.tables import from_stream, kind_if_not_text, to_stream

        field = self._job.reading.text_field
        if not hasattr(table, "schema"):
            hint = "datasets: .with_format('arrow'); Ray Data: batch_format='pyarrow'; pandas: frames()"
            raise TypeError(f"expected a pyarrow table, found a {type(table).__name__} ({hint})")
        names = list(table.schema.names)
        if names.count(field) != 1:
            hint = "Name another with text_field."
            raise DataError(
                BATCH, None, f"a column {field!r} of text", ", ".join(names) or "no columns", hint
            )
        if kind := kind_if_not_text(table.schema, names.index(field)):
            raise DataError(BATCH, None, f"strings in the column {field!r}", kind)
        return from_stream(self._tagged(to_stream([table])))

    def frames(self, frames: Iterable[Any]) -> Iterator[Any]:
        """Each of the pandas frames with columns added; a missing text is an empty one."""
        from tagger.text.table_writing import to_rows
        from tagger.text.tables import from_stream

        field = self._job.reading.text_field
        for frame in frames:
            if field not in frame.columns:
                found = ", ".join(map(str, frame.columns)) or "no columns"
                raise DataError(
                    BATCH, None, f"a column {field!r} of text", found, "Name another with text_field."
                )
            with _parameters_named():
                refuse_clash(self._kinds(), frame.columns)
            texts = Column(field, "string", [_text(value) for value in frame[field]])
            table = from_stream(self._tagged(to_rows([texts]))).drop_columns([field])
            yield frame.assign(**table.to_pydict())

    def spark_schema(self, schema: Any = None) -> str:
        """The columns that are added, as Spark writes a schema; behind those of a frame's `schema` if it is given."""
        own = [f"{_quoted(field.name)} {field.dataType.simpleString()}" for field in schema or ()]
        return ", ".join([*own, *(f"{_quoted(name)} {_spark(kind)}" for name, kind in self._kinds().items())])

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _unpickled, (self._job, self._models)

    def _kinds(self) -> dict[str, Kind]:
        prefix = self._job.field_prefix
        kinds = added_kinds(self._loaded().layout, of_records=True)
        return {prefix + name: kind for name, kind in kinds.items()}

    def _tagged(self, rows: bytes) -> bytes:
        (rendered,) = self._loaded()([Piece(rows, BATCH)])
        if rendered.error is not None:
            with _parameters_named():
                raise rendered.error
        return rendered.content

    def _loaded(self) -> TagWork:
        if self._work is None:
            self._work = replace(self._job, models=_folders(self._job)).build()
        return self._work


@contextmanager
def _parameters_named() -> Iterator[None]:
    """Errors that name options of the command line name parameters."""
    try:
        yield
    except TaggerError as error:
        error.where, error.hint = _with_parameters(error.where), _with_parameters(error.hint)
        raise


def _with_parameters(text: str) -> str:
    """`--line-breaks` as `line_breaks`."""
    return OPTION.sub(lambda found: found[1].replace("-", "_"), text)


def _unpickled(job: TagJob, models: tuple[str, ...]) -> TableTagger:
    """models: checksums, so that who remembers results by the pickle knows other models under the same names."""
    tagger = TableTagger.__new__(TableTagger)
    tagger._job, tagger._models, tagger._work = job, models, None
    return tagger


def _folders(job: TagJob) -> tuple[str, ...]:
    """The folders of the models on this machine."""
    return job.models or (str(default_model()),)


def _text(value: object) -> str | None:
    """The text in a cell of a frame. Raises TypeError where there is something else."""
    if isinstance(value, str):
        return value
    if value is None or str(value) in ("nan", "<NA>"):
        return None
    raise TypeError(f"expected a text (str), found {value!r:.80}")


def _spark(kind: Kind) -> str:
    """The name of a kind in Spark."""
    if isinstance(kind, list):
        return f"array<{_spark(kind[0])}>"
    if isinstance(kind, dict):
        return f"struct<{', '.join(f'{_quoted(name)}: {_spark(inner)}' for name, inner in kind.items())}>"
    return _SPARK[kind]


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
