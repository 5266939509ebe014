"""The only door to the `datasets` library: data sets to their splits, to tables of rows and to texts; sentences to one.

A data set is a folder that `save_to_disk` wrote, a data file (Parquet, JSON lines, CSV, Arrow), a folder of such files
(with a README.md that says which are of which split, or without), or a name of the hub; NAME:CONFIG for one of its
configurations. `hub_sentences.py` makes sentences with tags of the rows.
"""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tagger.errors import DataError
from tagger.text.lines import plain_suffix
from tagger.text.problems import Problems
from tagger.text.sentences import Sentence

ROLES = {
    "train": "train",
    "training": "train",
    "validation": "dev",
    "valid": "dev",
    "val": "dev",
    "dev": "dev",
}
ROLES |= {"development": "dev", "testa": "dev", "test": "test", "testb": "test"}
"""Names of splits in use -> ours."""

SAVED = ("dataset_dict.json", "state.json")
"""Files that tell a folder written by `save_to_disk` from a folder of data files."""

_LOADERS = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".arrow": "arrow", ".csv": "csv"}
BATCH_ROWS = 256
"""Rows that are read at once; of a stream no more are read ahead, but what its format gives in one: a row group."""

WHAT_THERE_IS = (
    "Name a saved data set, a file or folder of Parquet, JSON lines or CSV, or a data set of the hub as NAME or "
    "NAME:CONFIG."
)


def is_saved(folder: Path) -> bool:
    """Whether `folder` holds what `save_to_disk` wrote."""
    return any((folder / name).is_file() for name in SAVED)


def holds_tables(folder: Path) -> bool:
    """Whether a folder holds, at whatever depth, a data file that `load_splits` can read."""
    return any(plain_suffix(str(file)) in _LOADERS for file in folder.rglob("*"))


def parse_name(name: str) -> tuple[str, str]:
    """The data set and the configuration of NAME:CONFIG; what is there by the whole name has none."""
    dataset, colon, config = name.rpartition(":")
    return (
        (dataset, config)
        if colon and dataset and "/" not in config and not Path(name).exists()
        else (name, "")
    )


def load_splits(name: str, *, config: str = "", streaming: bool = False) -> dict[str, Any]:
    """The splits of a data set, by their names.

    With `streaming` rows are read as they are asked for, and each split is an IterableDataset, but for a saved folder,
    which stays on disk anyway; without it the library keeps a copy in its cache, and each is a Dataset.
    Raises DataError where there is no such data set.
    """
    import datasets

    name, stated = parse_name(name)
    config, path = config or stated, Path(name)
    if not name.strip():
        raise DataError("data set", None, "its name", "an empty one", WHAT_THERE_IS)
    if config and (path.is_file() or (path.is_dir() and is_saved(path))):
        hint = f"Name {name} alone: files have no configurations."
        raise DataError(f"{name}:{config}", None, "a data set with configurations", "files of rows", hint)
    if not path.exists() and _looks_local(name):
        raise DataError(name, None, "a data set", "no file or folder of this name", "Is the path right?")
    with library_errors(name):
        if path.is_dir() and is_saved(path):
            loaded = datasets.load_from_disk(name)
        elif path.is_file() and (loader := _LOADERS.get(plain_suffix(name))):
            loaded = datasets.load_dataset(loader, data_files=name, streaming=streaming)
        elif path.is_file():
            known = ", ".join(_LOADERS)
            raise DataError(
                name, None, f"a data file ({known})", f"a {path.suffix or 'nameless kind of'} file"
            )
        else:
            loaded = datasets.load_dataset(name, config or None, streaming=streaming)
    return dict(loaded) if isinstance(loaded, dict) else {str(loaded.split or "train"): loaded}


def _looks_local(name: str) -> bool:
    """Whether a name can only be that of a file or folder: names of the hub are NAME or OWNER/NAME."""
    packed = (".gz", ".bz2", ".xz", ".zip", ".zst", ".tar", ".tsv", ".txt")
    return (
        name.startswith(("/", "./", "../", "~"))
        or name.endswith("/")
        or name.count("/") > 1
        or plain_suffix(name) in (*_LOADERS, *packed)
    )


def split_of(splits: Mapping[str, Any], asked: str, name: str, hint: str = "Name one with --split.") -> str:
    """The one split to read: the `asked` one (in its own name or ours), or the only one there is."""
    if asked in splits or (not asked and len(splits) == 1):
        return asked or next(iter(splits))
    same = [split for split in splits if asked and ROLES.get(split) == ROLES.get(asked, asked)]
    if len(same) == 1:
        return same[0]
    found = ", ".join(splits) or "none"
    expected = f"a split {asked!r}" if asked else "one split, or the name of one"
    raise DataError(name, None, expected, found, hint)


def columns_of(dataset: Any, name: str) -> Mapping[str, Any]:
    """The features of a split by the names of its columns; of a stream that does not say, those of its first rows.

    Raises DataError where these cannot be read.
    """
    import datasets

    if dataset.features is not None:
        return dict(dataset.features)
    with library_errors(name):
        first = next(iter(dataset.with_format("arrow").iter(batch_size=BATCH_ROWS)), None)
    return {} if first is None else dict(datasets.Features.from_arrow_schema(first.schema))


def read_tables(dataset: Any, name: str, columns: Sequence[str] = ()) -> Iterator[Any]:
    """The rows of a split, all columns or some, in Arrow tables of BATCH_ROWS; at least one table, if one without rows.

    The metadata of a table describe its columns as the library does. Of a stream no row is read before it is needed.
    Raises DataError where rows cannot be read.
    """
    import datasets

    with library_errors(name):
        features = datasets.Features(columns_of(dataset, name))
        chosen = dataset.select_columns(list(columns)) if columns else dataset
        some = False
        for table in chosen.with_format("arrow").iter(batch_size=BATCH_ROWS):
            some = True
            yield table
        if not some:
            kept = datasets.Features({c: f for c, f in features.items() if not columns or c in columns})
            yield kept.arrow_schema.empty_table()


def read_texts(
    name: str,
    *,
    column: str,
    split: str = "train",
    config: str = "",
    start: int = 0,
    streaming: bool = True,
    problems: Problems | None = None,
) -> Iterator[tuple[int, str]]:
    """Row numbers from 0 and texts of one string column, from row `start` on; rows that are empty are left out."""
    problems = problems or Problems()
    splits = load_splits(name, config=config, streaming=streaming)
    chosen = split_of(splits, split, name)
    dataset, where, row = splits[chosen], f"{name}, {chosen}", start
    with library_errors(name):
        check_column(columns_of(dataset, name), column, where)
        if start and start >= getattr(dataset, "num_rows", start + 1):
            return
        for batch in dataset.select_columns([column]).skip(start).iter(batch_size=BATCH_ROWS):
            for value in batch[column]:
                fault = _text_fault(value)
                if fault:
                    problems.report(fault[0], DataError(f"{where}, row {row}", None, "text", fault[1]))
                elif value:
                    yield row, value
                row += 1


def check_column(columns: Mapping[str, Any], column: str, where: str) -> None:
    """Raises DataError where there is no column of that name."""
    if column not in columns:
        found = ", ".join(columns) or "no columns"
        raise DataError(where, None, f"a column {column!r}", found, "Name another with --column.")


def _text_fault(value: Any) -> tuple[str, str] | None:
    """What is wrong with a row of a text column: its kind, and what was found."""
    if value is None:
        return None
    if not isinstance(value, str):
        return "no text", type(value).__name__
    return ("NUL byte", f"a NUL byte at character {value.index(chr(0)) + 1}") if "\0" in value else None


def save_splits(splits: Mapping[str, Sequence[Sentence]], folder: Path) -> None:
    """Write a DatasetDict: id, document, tokens, and a list of strings a tag column."""
    import datasets

    strings = datasets.Sequence(datasets.Value("string"))
    saved = {}
    for name, sentences in splits.items():
        tags = list(sentences[0].tags) if sentences else []
        data: dict[str, list[Any]] = {
            "id": [s.id for s in sentences],
            "document": [s.document for s in sentences],
            "tokens": [s.tokens for s in sentences],
        }
        data |= {column: [s.tags[column] for s in sentences] for column in tags}
        text = {"id": datasets.Value("string"), "document": datasets.Value("string")}
        features = datasets.Features(text | dict.fromkeys(["tokens", *tags], strings))
        saved[name] = datasets.Dataset.from_dict(data, features=features, split=name)
    with _quiet():
        datasets.DatasetDict(saved).save_to_disk(str(folder))


@contextmanager
def library_errors(name: str) -> Iterator[None]:
    """Within it, what the library raises becomes a DataError about the data set `name`, and it shows nothing."""
    import datasets

    try:
        with _quiet():
            yield
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        RuntimeError,
        StopIteration,  # of a JSON file without a line
        datasets.exceptions.DatasetsError,
    ) as error:
        cause = error.__cause__ if isinstance(error, datasets.exceptions.DatasetGenerationError) else None
        if isinstance(cause or error, StopIteration):
            raise DataError(name, None, "a data set with rows", "none", WHAT_THERE_IS) from error
        reason = " ".join(str(cause or error).split())[:300].rstrip(".") or type(error).__name__
        raise DataError(name, None, "a data set that can be read", reason, WHAT_THERE_IS) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars or log lines of the library meanwhile."""
    import datasets

    shown = not datasets.are_progress_bars_disabled()
    levels = {name: logging.getLogger(name).level for name in ("datasets", "huggingface_hub")}
    datasets.disable_progress_bars()
    bar = datasets.utils.tqdm
    if not hasattr(
        bar, "_lock"
    ):  # by default one for processes, which a terminated process would leave behind
        bar.set_lock(threading.RLock())
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # its errors are raised
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        if shown:
            datasets.enable_progress_bars()
