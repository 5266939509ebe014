"""A model's settings and what the user named to gold data: sentences, and the tags of each task."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tagger.config import DataSettings
from tagger.errors import ModelError, SettingsError, TaggerError
from tagger.recipes.prepared_maps import map_prepared
from tagger.recipes.training_data import (
    TrainingData,
    is_plainly_prepared,
    source_of,
    source_of_dataset,
    task_tags,
)
from tagger.saved import FORMS, SETTINGS, TaskDescription
from tagger.settings_file import parse_settings
from tagger.text.corpus import format_of, read_corpus
from tagger.text.prepared import is_prepared, read_prepared
from tagger.text.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Gold:
    """Sentences with gold tags: where they come from, and the scheme of each column."""

    name: str
    sentences: list[Sentence]
    schemes: dict[str, str]


class GoldPart(NamedTuple):
    """Gold sentences and the tasks that have tags there; each task's column is that of these sentences."""

    gold: Gold
    tasks: tuple[TaskDescription, ...]


def gold_of_corpora(data: TrainingData) -> list[GoldPart]:
    """The development sentences of each corpus that has some, with the tasks that tag."""
    parts = []
    for number, corpus in enumerate(data.corpora):
        tasks = tuple(task for task in data.tasks_of(number) if not task.is_scorer)
        if corpus.dev and tasks:
            gold = Gold(corpus.dev_name or "development data", corpus.dev, corpus.schemes)
            parts.append(GoldPart(gold, tasks))
    return parts


def origins_of(
    tasks: Sequence[TaskDescription], settings: dict[str, Any], *, given: bool
) -> list[tuple[DataSettings, list[TaskDescription]]]:
    """How the data of each task are read, tasks that read the same together.

    Data that are `given` are read once, as the tasks' own [data] say if they agree, else as the shared one.
    """
    shared = settings.get("data", {})
    grouped: list[tuple[DataSettings, list[TaskDescription]]] = []
    for task in tasks:
        own = settings.get("tasks", {}).get(task.name, {}).get("data") or shared
        origin = parse_settings({"data": own}).data
        same = next((group for known, group in grouped if known == origin), None)
        if same is None:
            grouped.append((origin, [task]))
        else:
            same.append(task)
    if not given:
        return grouped
    return [(grouped[0][0] if len(grouped) == 1 else parse_settings({"data": shared}).data, list(tasks))]


PLACES = (
    "folder",
    "train",
    "dev",
    "join_train",
    "join_dev",
    "dataset",
    "split",
    "dev_split",
    "column",
    "streaming",
)
"""Settings of [data] that say where the data lie."""


def read_as(origin: DataSettings, reading: Mapping[str, Any]) -> DataSettings:
    """The data settings with what differs; where that names a data set, it takes the place of all else."""
    values = {k: v for k, v in origin.model_dump().items() if "dataset" not in reading or k not in PLACES}
    return parse_settings({"data": {**values, **reading}}).data


def read_parts(
    tasks: Sequence[TaskDescription],
    settings: dict[str, Any],
    data: Sequence[str],
    *,
    split: str,
    reading: dict[str, Any],
    join: Sequence[str],
    chosen: bool,
) -> Iterator[tuple[GoldPart, list[TaskDescription]]]:
    """The gold data that the tasks are scored on, as `read_gold` reads them, and the tasks whose column they lack.

    reading: what differs from the model's own [data]. chosen: the user named the tasks, and all of them are needed.
    Raises TaggerError where a column is missing that is needed, or all are.
    """
    for origin, group in origins_of(tasks, settings, given=bool(data or reading.get("dataset"))):
        given = read_as(origin, reading)
        gold = read_gold(given, data, join=join, split=split)
        here = tuple(task for task in group if task.column in gold.schemes)
        missing = [task for task in group if task not in here]
        if missing and (chosen or not here):
            raise _no_column(missing[0], gold)
        yield GoldPart(gold, here), missing


def _no_column(task: TaskDescription, gold: Gold) -> TaggerError:
    found = ", ".join(gold.schemes) or "none"
    hint = "Name the columns with --columns, or choose a task with --task."
    return TaggerError(f"expected the tag column {task.column}, found {found}", where=gold.name, hint=hint)


def read_gold(origin: DataSettings, data: Sequence[str], *, join: Sequence[str], split: str) -> Gold:
    """The gold sentences in `data`, or without any in the data set or the development data that `origin` names.

    split: of a prepared folder or a data set; "": that of development data, of a data set also the only one.
    """
    if not data:
        if origin.dataset:
            return _read_dataset(origin, split)
        if origin.folder:
            return _read_prepared(origin.folder, split, origin.maps)
        if not origin.dev:
            hint = "Name files or a prepared folder after the model."
            raise SettingsError("data", "development data in the model's settings", "none", hint)
        data, join = origin.dev, origin.join_dev
    if len(data) == 1 and is_prepared(data[0]) and not join:
        return _read_prepared(data[0], split, origin.maps)
    if len(data) == 1 and not join and format_of(data[0], origin.format) == "dataset":
        given = origin.model_copy(update={"dataset": data[0], "dev_split": ""})
        return _read_dataset(given, split)
    corpus = read_corpus(source_of(origin, data, join))
    return Gold(" + ".join((*data, *join)), corpus.sentences, corpus.schemes)


def _read_dataset(origin: DataSettings, split: str) -> Gold:
    from tagger.text.hub import load_splits, split_of

    name = origin.dataset
    if is_plainly_prepared(origin):
        return _read_prepared(name, split, origin.maps)
    splits = load_splits(name, streaming=origin.streaming)
    asked = split or origin.dev_split or ("" if len(splits) == 1 else "dev")
    chosen = split_of(splits, asked, name)
    corpus = read_corpus(source_of_dataset(origin, chosen))
    return Gold(f"{name}/{chosen}", corpus.sentences, corpus.schemes)


def _read_prepared(folder: str, split: str, maps: Sequence[str]) -> Gold:
    split = split or "dev"
    prepared = read_prepared(folder)
    map_prepared(prepared, folder, maps)
    if split not in prepared.splits:
        known = ", ".join(prepared.splits)
        raise SettingsError("--split", f"a split of {folder} ({known})", repr(split))
    return Gold(f"{folder}/{split}", prepared.splits[split], prepared.schemes)


def gold_tags(task: TaskDescription, gold: Gold) -> list[list[str]]:
    """The gold tags in the scheme of the task; of a scorer the kinds of its words' windows."""
    source = gold.schemes[task.column]
    if source == "none" and task.scheme != "none":
        where, hint = f"{gold.name}, column {task.column}", "Is it the right column? See --columns."
        raise TaggerError("expected tags that mark spans, found plain tags", where=where, hint=hint)
    return task_tags(gold.sentences, task, source)


def fingerprint_of_tags(sentences: Sequence[Sentence], tags: Sequence[Sequence[str]]) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of tokens and gold tags, whatever format they were read from."""
    digest = hashlib.sha256()
    for sentence, row in zip(sentences, tags, strict=True):
        digest.update(json.dumps((sentence.tokens, list(row)), ensure_ascii=True).encode())
        digest.update(b"\n")
    return digest.hexdigest()[:12]


def known_forms(model: Path) -> frozenset[str] | None:
    """The forms of the training data, or None where the model does not say."""
    path = model / FORMS
    try:
        forms = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ModelError(
            f"expected JSON, found {error}", where=str(path), hint="The model is damaged."
        ) from error
    if not isinstance(forms, list) or not all(isinstance(form, str) for form in forms):
        raise ModelError("expected a JSON list of strings, found another value", where=str(path))
    return frozenset(forms)


def model_settings(model: Path) -> dict[str, Any]:
    """The settings that the model was trained with, as plain values; none where they were not kept."""
    path = model / SETTINGS
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ModelError(
            f"expected TOML, found {error}", where=str(path), hint="The model is damaged."
        ) from error
