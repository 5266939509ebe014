"""The only door to the `datasets` library: its datasets to sentences, and sentences to a saved DatasetDict.

A split needs a column of tokens ("tokens" or "words", a list of strings). Its tag columns are the lists of class labels
or of strings beside it; "ner_tags" is read as "ner".
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tagger.errors import DataError, SettingsError
from tagger.text.jsonl import UNASKED
from tagger.text.lines import plain_suffix
from tagger.text.plurals import counted
from tagger.text.problems import Problems
from tagger.text.sentences import Sentence

TOKEN_COLUMNS = ("tokens", "words", "token", "word", "form")
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
_BATCH_ROWS = 256


def is_saved(folder: Path) -> bool:
    """Whether `folder` holds what `save_to_disk` wrote."""
    return any((folder / name).is_file() for name in SAVED)


def holds_tables(folder: Path) -> bool:
    """Whether a folder holds, at whatever depth, a data file that `load_splits` can read."""
    return any(plain_suffix(str(file)) in _LOADERS for file in folder.rglob("*"))


def load_splits(
    name: str, *, config: str = "", streaming: bool = False, option: str = "--dataset-config"
) -> dict[str, Any]:
    """The splits of a saved dataset, of a data file, of a folder of them or of a dataset of the hub: name -> Dataset.

    With `streaming`, only a saved dataset (which stays on disk) is a Dataset; any other is an IterableDataset.
    `option`: what a user sets to choose among configurations, for messages.
    """
    import datasets

    path = Path(name)
    try:
        with _quiet():
            if path.is_dir() and is_saved(path):
                loaded = datasets.load_from_disk(name)
            elif path.is_file() and (loader := _LOADERS.get(plain_suffix(name))):
                loaded = datasets.load_dataset(loader, data_files=name, streaming=streaming)
            else:
                loaded = datasets.load_dataset(name, config or None, streaming=streaming)
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        raise _no_dataset(name, error, option) from error
    return dict(loaded) if isinstance(loaded, dict) else {str(loaded.split or "train"): loaded}


def split_of(splits: Mapping[str, Any], asked: str, name: str, hint: str = "") -> str:
    """The one split to read: the `asked` one (in its own name or ours), or the only one there is."""
    if asked in splits or (not asked and len(splits) == 1):
        return asked or next(iter(splits))
    same = [split for split in splits if asked and ROLES.get(split) == ROLES.get(asked, asked)]
    if len(same) == 1:
        return same[0]
    found = ", ".join(splits) or "none"
    raise DataError(
        name, None, f"a split {asked!r}" if asked else "one split, or the name of one", found, hint
    )


def read_dataset(
    dataset: Any, name: str, *, columns: Sequence[str] = (), problems: Problems | None = None
) -> Iterator[Sentence]:
    """The sentences of one split; `name` stands for it in messages."""
    problems = problems or Problems()
    features = dataset.features
    words = next((c for c in TOKEN_COLUMNS if c in features and _kind(features[c]) == "strings"), None)
    if words is None:
        expected = "a column of tokens, a list of strings called tokens or words"
        raise DataError(name, None, expected, ", ".join(features) or "no columns")
    chosen = _tag_columns(name, features, words, columns)
    extra = [c for c in ("id", "sent_id", "document") if c in features and _kind(features[c]) == "text"]
    table = dataset.select_columns([words, *chosen.values(), *extra]).with_format("arrow")[:]
    values = {c: table.column(c).to_pylist() for c in [words, *chosen.values(), *extra]}
    names = {c: getattr(_inner(features[c]), "names", None) for c in chosen.values()}
    for row, tokens in enumerate(values[words]):
        tags = {column: values[source][row] for column, source in chosen.items()}
        kind, expected, found = _fault(tokens, tags, {c: names[source] for c, source in chosen.items()})
        if kind:
            problems.report(kind, DataError(f"{name}, row {row}", None, expected, found))
            problems.drop(row)
            continue
        for column, source in chosen.items():
            labels = names[source]
            if labels:
                tags[column] = [labels[tag] for tag in tags[column]]
        sentence_id = next((values[c][row] for c in extra if c != "document"), None)
        document = values["document"][row] if "document" in extra else None
        yield Sentence(tokens, tags, sentence_id or "", document or "", name)


def read_texts(
    name: str,
    *,
    column: str,
    split: str = "train",
    config: str = "",
    start: int = 0,
    problems: Problems | None = None,
) -> Iterator[tuple[int, str]]:
    """Row numbers from 0 and texts of one string column, from row `start` on; rows that are empty are left out.

    A saved dataset stays on disk; any other is streamed, a data file (.parquet, .jsonl, ...) too.
    """
    import datasets

    problems = problems or Problems()
    splits = load_splits(name, config=config, streaming=True, option="pretraining.config")
    chosen = split_of(splits, split, name, "Set pretraining.split.")
    dataset, where, row = splits[chosen], f"{name}, {chosen}", start
    try:
        if dataset.features is not None and column not in dataset.features:
            found = ", ".join(dataset.features) or "no columns"
            raise DataError(where, None, f"a column {column!r}", found, "Set --column.")
        if isinstance(dataset, datasets.Dataset) and start >= dataset.num_rows:
            return
        for batch in dataset.select_columns([column]).skip(start).iter(batch_size=_BATCH_ROWS):
            for value in batch[column]:
                fault = _text_fault(value)
                if fault:
                    problems.report(fault[0], DataError(f"{where}, row {row}", None, "text", fault[1]))
                elif value:
                    yield row, value
                row += 1
    except (OSError, ValueError, KeyError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        raise _no_dataset(name, error, "pretraining.config") from error


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


def _tag_columns(name: str, features: Mapping[str, Any], words: str, asked: Sequence[str]) -> dict[str, str]:
    """Our name -> the dataset's name of each tag column."""
    listed = {c: _kind(f) for c, f in features.items() if c != words}
    found = {c.removesuffix("_tags") or c: c for c, kind in listed.items() if kind in ("strings", "labels")}
    found |= {c: c for c in asked if listed.get(c) in ("strings", "labels")}
    missing = [c for c in asked if c not in found]
    if missing:
        expected = "tag columns (lists of class labels or strings)"
        raise SettingsError("columns", f"{expected} of {name}: {', '.join(found)}", ", ".join(missing))
    return {c: found[c] for c in asked} if asked else {c: s for c, s in found.items() if c not in UNASKED}


def _inner(feature: Any) -> Any:
    """The feature of a list's items, None for what is no list."""
    if isinstance(feature, list):
        return feature[0]
    return getattr(feature, "feature", None)


def _kind(feature: Any) -> str:
    """ "strings" or "labels" for a list of them, "text" for a string, else ""."""
    inner = _inner(feature)
    if inner is None:
        return "text" if getattr(feature, "dtype", "") in ("string", "large_string") else ""
    if getattr(inner, "names", None):
        return "labels"
    return "strings" if getattr(inner, "dtype", "") in ("string", "large_string") else ""


def _fault(tokens: Any, tags: Mapping[str, Any], names: Mapping[str, Any]) -> tuple[str, str, str]:
    """What is wrong with a row: its kind (or ""), what was expected and what was found."""
    if not tokens or "" in tokens or None in tokens:
        return "no tokens", "at least one token and none empty", "an empty one" if tokens else "none"
    for column, values in tags.items():
        if values is None or len(values) != len(tokens):
            found = "none" if values is None else str(len(values))
            return (
                "lists of unequal length",
                f"{counted(len(tokens), 'tag')} in {column}, one for each token",
                found,
            )
        labels = names[column]
        if labels and not all(isinstance(v, int) and 0 <= v < len(labels) for v in values):
            wrong = next(v for v in values if not isinstance(v, int) or not 0 <= v < len(labels))
            return "unknown label", f"class labels from 0 to {len(labels) - 1} in {column}", str(wrong)
        if not labels and (None in values or "" in values):
            return "empty tag", f"tags in {column}", "an empty one"
    return "", "", ""


def _no_dataset(name: str, error: Exception, option: str) -> DataError:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    hint = f"Name a saved dataset, a folder of data files or a dataset of the hub (see {option})."
    return DataError(name, None, "a dataset", reason, hint)


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars or log lines of the library meanwhile."""
    import datasets

    shown = not datasets.are_progress_bars_disabled()
    levels = {name: logging.getLogger(name).level for name in ("datasets", "huggingface_hub")}
    datasets.disable_progress_bars()
    for name in levels:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        if shown:
            datasets.enable_progress_bars()
