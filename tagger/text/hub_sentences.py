"""Rows of a data set to sentences: a column of tokens, and columns of their tags.

The tokens are a list of strings, in "tokens" or "words" or the column that is named. Tag columns are the lists of class
labels or of strings beside it; "ner_tags" is read as "ner".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tagger.errors import DataError, SettingsError
from tagger.text.hub import check_column, columns_of, read_tables
from tagger.text.jsonl import UNASKED
from tagger.text.plurals import counted
from tagger.text.problems import Problems
from tagger.text.sentences import Sentence

TOKEN_COLUMNS = ("tokens", "words", "token", "word", "form")
TYPE_SHOWN = 80  # characters


def read_dataset(
    dataset: Any, name: str, *, words: str = "", columns: Sequence[str] = (), problems: Problems | None = None
) -> Iterator[Sentence]:
    """The sentences of one split, read a few rows at a time; `name` stands for it in messages.

    words: the column of the tokens, if it is not to be found by its name.
    """
    problems = problems or Problems()
    features = columns_of(dataset, name)
    words = _word_column(name, features, words)
    chosen = _tag_columns(name, features, words, columns)
    extra = [c for c in ("id", "sent_id", "document") if c in features and kind_of(features[c]) == "text"]
    names = {c: getattr(_inner(features[source]), "names", None) for c, source in chosen.items()}
    row = -1
    for table in read_tables(dataset, name, [words, *chosen.values(), *extra]):
        values = {c: table.column(c).to_pylist() for c in table.column_names}
        for place, tokens in enumerate(values[words]):
            row += 1
            tags = {column: values[source][place] for column, source in chosen.items()}
            kind, expected, found = _fault(tokens, tags, names)
            if kind:
                problems.report(kind, DataError(f"{name}, row {row}", None, expected, found))
                problems.drop(row)
                continue
            for column, labels in names.items():
                if labels:
                    tags[column] = [labels[tag] for tag in tags[column]]
            sentence_id = next((values[c][place] for c in extra if c != "document"), None)
            document = values["document"][place] if "document" in extra else None
            yield Sentence(tokens, tags, sentence_id or "", document or "", name)


def word_column(features: Mapping[str, Any]) -> str:
    """The column of tokens, by its name and type; "" where there is none."""
    return next((c for c in TOKEN_COLUMNS if c in features and kind_of(features[c]) == "strings"), "")


def _word_column(name: str, features: Mapping[str, Any], asked: str) -> str:
    if asked:
        check_column(features, asked, name)
        if kind_of(features[asked]) != "strings":
            expected = f"a list of strings in the column {asked!r}"
            raise DataError(name, None, expected, shown(features[asked]), "Name another with --column.")
        return asked
    found = word_column(features)
    if not found:
        expected = "a column of tokens, a list of strings called tokens or words"
        raise DataError(name, None, expected, ", ".join(features) or "no columns", "Name it with --column.")
    return found


def _tag_columns(name: str, features: Mapping[str, Any], words: str, asked: Sequence[str]) -> dict[str, str]:
    """Our name -> the dataset's name of each tag column."""
    listed = {c: kind_of(f) for c, f in features.items() if c != words}
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


def kind_of(feature: Any) -> str:
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


def shown(feature: Any) -> str:
    """The type of a column, for messages."""
    text = str(feature)
    return text if len(text) <= TYPE_SHOWN else text[: TYPE_SHOWN - 1] + "…"
