"""A saved model and gold data to scores, each with its signature."""

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagger import __version__
from tagger.config import DataSettings
from tagger.errors import ModelError, OutputExistsError, SettingsError, TaggerError
from tagger.evaluation.scores import score_task
from tagger.inference.tagger import Tagger
from tagger.recipes.training_data import source_of, task_tags
from tagger.records import TaskScores
from tagger.reports.console import scores_as_json
from tagger.saved import FORMS, SETTINGS, TaskDescription, read_model, write_file
from tagger.settings_file import parse_settings
from tagger.text.corpus import read_corpus
from tagger.text.prepared import is_prepared, read_prepared
from tagger.text.sentences import Sentence

LABELS_SHOWN = 5
"""How many of the labels that a model does not know are named; the rest are counted."""


@dataclass(frozen=True, slots=True)
class TaskEvaluation:
    """The scores of one task, and what two people compare to know that they measured the same thing."""

    scores: TaskScores
    data: str  # name of the gold data
    fingerprint: str  # of its tokens and gold tags, whatever format they were read from
    scheme: str
    seed: int | None  # of the model's training

    @property
    def signature(self) -> str:
        mode = "conlleval,strict" if self.scores.conlleval else "tokens"
        seed = "unknown" if self.seed is None else self.seed
        return (
            f"task:{self.scores.task}|data:{self.data}#{self.fingerprint}|scheme:{self.scheme}|mode:{mode}"
            f"|seed:{seed}|tagger:{__version__}"
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` found: the tasks in the model's order, and notes on what could not be measured."""

    model: str
    tasks: tuple[TaskEvaluation, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gold:
    """Sentences with gold tags: where they come from, and the scheme of each column."""

    name: str
    sentences: list[Sentence]
    schemes: dict[str, str]


def evaluate(
    model: Path,
    data: Sequence[str] = (),
    *,
    split: str = "dev",
    reading: dict[str, Any] | None = None,
    join: Sequence[str] = (),
    tasks: Sequence[str] = (),
    output: Path | None = None,
    force: bool = False,
) -> Evaluation:
    """The scores of the model in the folder `model` on `data`: a prepared folder, or corpus files.

    data: none: the development data that the model's settings name.
    split: which split of a prepared folder.
    reading: what differs from the model's settings of `format`, `columns`, `maps`, `input_schemes`, `broken_tags` and
        `wide_rows` in [data].
    join: files with more tag columns on the tokens of `data`.
    tasks: which tasks; by default those whose column the data have.
    output: a file for the scores as JSON; one that is there is replaced with `force` only.

    Raises TaggerError: ModelError, DataError, SettingsError, or where no task can be scored.
    """
    if output and output.exists() and not force:
        raise OutputExistsError(output)
    saved = read_model(model)
    settings = _model_settings(model)
    chosen = _choose(saved.tasks, tasks)
    known_forms = _known_forms(model)
    tagger = Tagger(saved, tasks=[task.name for task in chosen])
    notes = [] if known_forms is not None else [f"no {FORMS} in the model: which words are seen is unknown"]
    done: dict[str, TaskEvaluation] = {}
    for origin, group in _origins(chosen, settings, given=bool(data)):
        gold = _read(
            parse_settings({"data": {**origin.model_dump(), **(reading or {})}}).data,
            data,
            join=join,
            split=split,
        )
        measured = [task for task in group if task.column in gold.schemes]
        missing = [task for task in group if task not in measured]
        if missing and (tasks or not measured):
            raise _no_column(missing[0], gold)
        notes += [f"{task.name} is not scored: {gold.name} has no column {task.column}" for task in missing]
        for result in _score(
            tagger, measured, gold, known_forms or (), settings.get("training", {}).get("seed")
        ):
            done[result.scores.task] = result
        notes += [note for task in measured for note in _unknown_labels(task, gold)]
    results = tuple(done[task.name] for task in chosen if task.name in done)
    evaluation = Evaluation(str(model), results, tuple(notes))
    if output:
        write_file(output, json.dumps(as_json(evaluation), indent=2, ensure_ascii=False) + "\n")
    return evaluation


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain values; fractions in [0, 1]."""
    scores = scores_as_json([result.scores for result in evaluation.tasks])
    for result in evaluation.tasks:
        scores[result.scores.task] |= {
            "data": result.data,
            "fingerprint": result.fingerprint,
            "scheme": result.scheme,
            "signature": result.signature,
        }
    return {
        "model": evaluation.model,
        "seed": next((result.seed for result in evaluation.tasks), None),
        "tagger": __version__,
        "tasks": scores,
        "notes": list(evaluation.notes),
    }


def _score(
    tagger: Tagger,
    tasks: Sequence[TaskDescription],
    gold: Gold,
    known_forms: Container[str],
    seed: int | None,
) -> list[TaskEvaluation]:
    tokens = [sentence.tokens for sentence in gold.sentences]
    tagged = [sentence.tags for sentence in tagger.tag_sentences(tokens)]
    results = []
    for task in tasks:
        expected = _gold_tags(task, gold)
        predicted = [tags[task.name] for tags in tagged]
        scores = score_task(
            task.name, expected, predicted, tokens, scheme=task.scheme, known_forms=known_forms
        )
        results.append(TaskEvaluation(scores, gold.name, _fingerprint(tokens, expected), task.scheme, seed))
    return results


def _gold_tags(task: TaskDescription, gold: Gold) -> list[list[str]]:
    """The gold tags in the scheme of the task."""
    source = gold.schemes[task.column]
    if source == "none" and task.scheme != "none":
        where, hint = f"{gold.name}, column {task.column}", "Is it the right column? See --columns."
        raise TaggerError("expected tags that mark spans, found plain tags", where=where, hint=hint)
    return task_tags(gold.sentences, task, source)


def _unknown_labels(task: TaskDescription, gold: Gold) -> list[str]:
    counts = Counter(tag for tags in _gold_tags(task, gold) for tag in tags)
    unknown = [(label, count) for label, count in counts.most_common() if label not in task.labels]
    if not unknown:
        return []
    shown = ", ".join(f"{label} {count:,}" for label, count in unknown[:LABELS_SHOWN])
    more = f" and {len(unknown) - LABELS_SHOWN} more" if len(unknown) > LABELS_SHOWN else ""
    total = sum(count for _, count in unknown)
    return [f"{task.name}: tokens whose gold label the model does not know: {total:,} ({shown}{more})"]


def _fingerprint(tokens: list[list[str]], tags: list[list[str]]) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of tokens and gold tags."""
    digest = hashlib.sha256()
    for row in zip(tokens, tags, strict=True):
        digest.update(json.dumps(row, ensure_ascii=True).encode())
        digest.update(b"\n")
    return digest.hexdigest()[:12]


def _origins(
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


def _read(origin: DataSettings, data: Sequence[str], *, join: Sequence[str], split: str) -> Gold:
    """The gold sentences in `data`, or without any in the development data that `origin` names."""
    if not data:
        if origin.folder:
            return _read_prepared(origin.folder, split)
        if not origin.dev:
            hint = "Name files or a prepared folder after the model."
            raise SettingsError("data", "development data in the model's settings", "none", hint)
        data, join = origin.dev, origin.join_dev
    if len(data) == 1 and is_prepared(data[0]) and not join:
        return _read_prepared(data[0], split)
    corpus = read_corpus(source_of(origin, data, join))
    return Gold(" + ".join((*data, *join)), corpus.sentences, corpus.schemes)


def _read_prepared(folder: str, split: str) -> Gold:
    prepared = read_prepared(folder)
    if split not in prepared.splits:
        known = ", ".join(prepared.splits)
        raise SettingsError("--split", f"a split of {folder} ({known})", repr(split))
    return Gold(f"{folder}/{split}", prepared.splits[split], prepared.schemes)


def _choose(known: Sequence[TaskDescription], names: Sequence[str]) -> list[TaskDescription]:
    for name in names:
        if name not in [task.name for task in known]:
            listing = ", ".join(task.name for task in known)
            raise SettingsError("--task", f"a task of the model ({listing})", repr(name))
    return [task for task in known if not names or task.name in names]


def _no_column(task: TaskDescription, gold: Gold) -> TaggerError:
    found = ", ".join(gold.schemes) or "none"
    hint = "Name the columns with --columns, or choose a task with --task."
    return TaggerError(f"expected the tag column {task.column}, found {found}", where=gold.name, hint=hint)


def _known_forms(model: Path) -> frozenset[str] | None:
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


def _model_settings(model: Path) -> dict[str, Any]:
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
