"""Two models, or files of tags, and gold data to their comparison, task by task."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tagger.config import DataSettings
from tagger.errors import SettingsError, TaggerError
from tagger.evaluation.comparison import Compared, compare_task
from tagger.evaluation.intervals import too_few
from tagger.recipes.compared_tags import FileSide, ModelSide, Said, Side, read_side
from tagger.recipes.comparison_result import ComparedTask, Comparison, as_json
from tagger.recipes.gold import (
    GoldPart,
    fingerprint_of_tags,
    gold_tags,
    origins_of,
    read_as,
    read_gold,
    read_parts,
)
from tagger.saved import DESCRIPTION, TaskDescription
from tagger.text.schemes import NONE, convert
from tagger.whole_files import check_new_file, write_file

DIFFERENCES = 10
"""Sentences of each task that are kept unless told otherwise."""


def compare(
    a: Path,
    b: Path,
    data: Sequence[str] = (),
    *,
    split: str = "",
    reading: dict[str, Any] | None = None,
    join: Sequence[str] = (),
    tasks: Sequence[str] = (),
    tag_columns: Sequence[str] = (),
    differences: int | None = DIFFERENCES,
    output: Path | None = None,
    force: bool = False,
) -> Comparison:
    """The comparison of A and B on `data`: each the folder of a model, or a file with its tags of the same tokens.

    data: a prepared folder, or corpus files, read as the first model of A and B reads its own; none: the development
        data that the settings of A name, where both are models.
    split, reading, join: as `tagger.recipes.evaluate.evaluate` takes them.
    tasks: which tasks, as the first model calls them; by default those that A, B and the data have.
    tag_columns: names of the columns of A and B where they are files; by default those of the data.
    differences: how many of the sentences that A and B tag differently are kept of each task; None: all.
    output: a file for the comparison as JSON; one that is there is replaced with `force` only.

    In a file of tags those that break their scheme are read as conlleval does, unless `reading` says otherwise.
    Raises TaggerError: ModelError, DataError, SettingsError, or where no task can be compared.
    """
    if output:
        check_new_file(output, force=force)
    reading, models = reading or {}, [read_side(a), read_side(b)]
    _check_data(data, files=None in models and "dataset" not in reading)
    lead = next(filter(None, models), None)
    common, notes = _common_tasks([model for model in models if model], tasks)
    settings = lead.settings if lead else {}
    origin = read_as(origins_of(common, settings, given=True)[0][0], reading)
    in_files = origin.model_copy(update={"broken_tags": reading.get("broken_tags", "repair")})
    sides = [
        model or FileSide(str(path), in_files, tag_columns)
        for model, path in zip(models, (a, b), strict=True)
    ]
    options: dict[str, Any] = {"split": split, "join": join}
    parts = (
        read_parts(common, settings, data, reading=reading, chosen=bool(tasks), **options)
        if lead
        else [(_part_of_columns(origin, data, tasks, **options), [])]
    )
    done: dict[str, ComparedTask] = {}
    for part, missing in parts:
        notes += [
            f"{task.name} is not compared: {part.gold.name} has no column {task.column}" for task in missing
        ]
        for result in _compare_part(sides, part, notes, needed=bool(tasks), differences=differences):
            done[result.comparison.task] = result
    for result in done.values():
        notes += too_few(result.comparison.units, result.comparison.resampled)
    order = [task.name for task in common] or list(done)
    results = tuple(done[name] for name in order if name in done)
    found = Comparison(str(a), str(b), results, tuple(dict.fromkeys(notes)))
    if output:
        write_file(output, json.dumps(as_json(found), indent=2, ensure_ascii=False) + "\n")
    return found


def _check_data(data: Sequence[str], *, files: bool) -> None:
    expected = "a prepared folder or corpus files"
    if files and not data:
        hint = "Name the gold data that the file of tags belongs to."
        raise SettingsError("DATA", expected, "none", hint)
    for name in data:
        if (Path(name) / DESCRIPTION).is_file():
            raise SettingsError(
                "DATA", expected, f"the model folder {name}", "Two models are compared at a time."
            )


def _common_tasks(
    models: Sequence[ModelSide], names: Sequence[str]
) -> tuple[list[TaskDescription], list[str]]:
    """The tasks of the first model that the last has too, of these the named ones; notes on the others of both.

    Without models no tasks. Raises TaggerError where they have none in common, SettingsError for another name.
    """
    if not models:
        return [], []
    first, last = models[0], models[-1]
    common = [task for task in first.tasks if last.task_like(task)]
    if not common:
        own, others = (", ".join(task.name for task in model.tasks) or "none" for model in (first, last))
        problem = f"expected a tagging task in common with {first.name} ({own}), found {others}"
        raise TaggerError(problem, where=last.name)
    known = [task.name for task in common]
    for name in names:
        if name not in known:
            raise SettingsError("--task", f"a task to compare ({', '.join(known)})", repr(name))
    if names:
        return [task for task in common if task.name in names], []
    notes = []
    for one, other in ((first, last), (last, first)):
        lacking = [task.name for task in one.tasks if not other.task_like(task)]
        notes += [f"{name} is not compared: {other.name} has no such task" for name in lacking]
    return common, notes


def _part_of_columns(
    origin: DataSettings, data: Sequence[str], names: Sequence[str], *, split: str, join: Sequence[str]
) -> GoldPart:
    """The gold data where no model says what the tasks are: a task for each column, or for the named ones."""
    gold = read_gold(origin, data, join=join, split=split)
    if not gold.schemes:
        hint = "Name the columns with --columns."
        raise TaggerError("expected a tag column, found none", where=gold.name, hint=hint)
    for name in names:
        if name not in gold.schemes:
            known = ", ".join(gold.schemes) or "none"
            raise SettingsError("--task", f"a tag column of {gold.name} ({known})", repr(name))
    columns = {name: scheme for name, scheme in gold.schemes.items() if not names or name in names}
    tasks = (TaskDescription(name, name, scheme, "word", ()) for name, scheme in columns.items())
    return GoldPart(gold, tuple(tasks))


def _compare_part(
    sides: Sequence[Side], part: GoldPart, notes: list[str], *, needed: bool, differences: int | None
) -> Iterator[ComparedTask]:
    """The tasks of the part that both sides have; adds to `notes`. needed: they must have all of them."""
    said, tasks = [], list(part.tasks)
    for side in sides:
        tags, more = side.says(part)
        said.append(tags)
        notes += more
        lacking = [task for task in tasks if task.name not in tags]
        tasks = [task for task in tasks if task.name in tags]
        if lacking and (needed or not tasks):
            raise _no_column(lacking[0], side)
        notes += [f"{task.name} is not compared: {side.name} has no column {task.column}" for task in lacking]
    seeds = tuple(side.seed for side in sides)
    for task in tasks:
        both = _in_one_scheme(task, part, [own[task.name] for own in said])
        found = compare_task(task.name, part.gold.sentences, both, differences=differences)
        fingerprint = fingerprint_of_tags(part.gold.sentences, both.gold)
        yield ComparedTask(found, part.gold.name, fingerprint, both.scheme, seeds)


def _no_column(task: TaskDescription, side: Side) -> TaggerError:
    hint = "--tag-columns names the columns of files of tags, --task chooses among the tasks."
    return TaggerError(f"expected a tag column {task.column}, found none", where=side.name, hint=hint)


def _in_one_scheme(task: TaskDescription, part: GoldPart, said: Sequence[Said]) -> Compared:
    """All tags in the scheme that the models share, else in that of the gold data; spans stay as they are."""
    source = part.gold.schemes[task.column]
    schemes = {own.scheme for own in said if own.of_model} or {source}
    target = schemes.pop() if len(schemes) == 1 else source
    gold = gold_tags(replace(task, scheme=target), part.gold)
    for own in said:
        if own.scheme == NONE != target and not own.of_model:
            hint = "Is it the right column? See --tag-columns."
            raise TaggerError("expected tags that mark spans, found plain tags", where=own.where, hint=hint)
    a, b = ([convert(tags, own.scheme, target) for tags in own.tags] for own in said)
    return Compared(gold, a, b, target)
