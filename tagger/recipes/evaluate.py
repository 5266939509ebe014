"""A saved model, or several that vote, and gold data to scores, each with its signature."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tagger.analysis import WORST, Speed
from tagger.errors import SettingsError, TaggerError
from tagger.evaluation.intervals import too_few
from tagger.inference.ensemble import common_tasks
from tagger.inference.tagger import Tagger
from tagger.recipes.calibrate import calibrate as fit_and_write
from tagger.recipes.calibrate import calibration_note
from tagger.recipes.evaluate_baselines import read_rivals
from tagger.recipes.evaluate_tasks import Judge
from tagger.recipes.evaluation_result import Evaluation, TaskEvaluation, as_json, as_page
from tagger.recipes.gold import Gold, GoldPart, gold_tags, model_settings, read_parts
from tagger.recipes.scorer_tasks import label_name
from tagger.recipes.tagged_gold import Stopwatch
from tagger.recipes.training_forms import forms_of_models
from tagger.saved import DESCRIPTION, TaskDescription, read_model
from tagger.text.true_windows import CORRUPTED, TRUE
from tagger.whole_files import check_new_file, write_file

LABELS_SHOWN = 5
"""How many of the labels that a model does not know are named; the rest are counted."""


def evaluate(
    model: Path,
    data: Sequence[str] = (),
    *,
    more: Sequence[Path] = (),
    split: str = "",
    reading: dict[str, Any] | None = None,
    join: Sequence[str] = (),
    tasks: Sequence[str] = (),
    calibrate: bool = False,
    worst: int = WORST,
    baselines: Sequence[str] = (),
    train: Sequence[str] = (),
    output: Path | None = None,
    html: Path | None = None,
    force: bool = False,
    note: Callable[[str], None] = lambda text: None,
) -> Evaluation:
    """The scores of the model in the folder `model` on `data`: a prepared folder, or corpus files.

    data: none: the development data that the model's settings name.
    more: models that vote together with the first, as `tagger.inference.ensemble` says; the settings of the first
        count, and a word is seen if it stands in the training data of any of them.
    split: which split of a prepared folder or a data set; by default dev, of a data set also the only one.
    reading: what differs from the model's settings of `format`, `columns`, `maps`, `input_schemes`, `broken_tags` and
        `wide_rows` in [data]; and `dataset` (with `column`, `streaming`) in place of `data`.
    join: files with more tag columns on the tokens of `data`.
    tasks: which tasks; by default those whose column the data have.
    calibrate: first fit the temperatures of the model's probabilities on these data, and write them into its folder.
    worst: how many of the sentences that the model gets most wrong are kept of each task.
    baselines: names of `tagger.recipes.baselines.BASELINES`, to be scored beside the model.
    train: what they learn from, a prepared folder or files; none: the training data that the model's settings name.
    output, html: files for the result as JSON and as a page; one that is there is replaced with `force` only.
    note: gets lines for the person watching, of the training of baselines.

    Raises TaggerError: ModelError, DataError, SettingsError, or where no task can be scored.
    """
    for file in filter(None, (output, html)):
        check_new_file(file, force=force)
    if output and html and output.resolve() == html.resolve():
        raise SettingsError("--html", "another file than --output", str(html))
    if calibrate and more:
        hint = "Calibrate each by itself; when they vote, the geometric mean of their temperatures counts."
        raise SettingsError("--calibrate", "one model", str(1 + len(more)), hint)
    for name in data:
        if (Path(name) / DESCRIPTION).is_file():
            hint = f"To let it vote with the first model, pass --model {name}."
            raise SettingsError("DATA", "a prepared folder or corpus files", f"the model folder {name}", hint)
    folders = (model, *more)
    models, names = [read_model(folder) for folder in folders], [str(folder) for folder in folders]
    settings = [model_settings(folder) for folder in folders]
    chosen = _choose(models[0].tasks, tasks)
    tagged, untagged = ([task for task in chosen if bool(task.column) is has] for has in (True, False))
    if untagged and (tasks or not tagged):
        raise _no_tags(untagged[0], model)
    wanted = [task.name for task in chosen] if tasks else None
    common_tasks(models, names, wanted)
    seeds = tuple(own.get("training", {}).get("seed") for own in settings)
    forms, notes = forms_of_models(folders, tagged)
    parts: list[GoldPart] = []
    for part, missing in read_parts(
        tagged, settings[0], data, split=split, reading=reading or {}, join=join, chosen=bool(tasks)
    ):
        parts.append(part)
        notes += [
            f"{task.name} is not scored: {part.gold.name} has no column {task.column}" for task in missing
        ]
    rivals = read_rivals(
        baselines,
        [task for part in parts for task in part.tasks if not task.is_scorer],
        settings[0],
        train=train,
        reading=reading or {},
        note=note,
    )
    if calibrate:
        notes += [calibration_note(found) for found in fit_and_write(model, parts)]
        models[0] = read_model(model)
    watch = Stopwatch()
    judge = Judge(Tagger(*models, tasks=wanted, names=names), forms, seeds, rivals, worst, watch)
    done: dict[str, TaskEvaluation] = {}
    for part in parts:
        for result in judge.score(part):
            done[result.scores.task] = result
        notes += [line for task in part.tasks for line in _unknown_labels(task, part.gold)]
        notes += [line for task in part.tasks for line in _missing_windows(task, part.gold)]
    analyses = [result.analysis for result in done.values() if result.analysis]
    notes += dict.fromkeys(note for own in analyses for note in too_few(own.units, own.resampled))
    notes += [f"{task.name} is not scored: it was pretrained on raw text" for task in untagged]
    results = tuple(done[task.name] for task in chosen if task.name in done)
    evaluation = Evaluation(tuple(names), results, tuple(notes), _speed(watch, judge.tagger.tasks))
    if html:
        write_file(html, as_page(evaluation, model))
    if output:
        write_file(output, json.dumps(as_json(evaluation), indent=2, ensure_ascii=False) + "\n")
    return evaluation


def _speed(watch: Stopwatch, tasks: Sequence[str]) -> Speed | None:
    if not watch.tokens:
        return None
    return Speed(watch.tokens, watch.seconds, ("with probabilities", " + ".join(tasks)))


def _missing_windows(task: TaskDescription, gold: Gold) -> list[str]:
    """A note where there is nothing to rank."""
    if not task.is_scorer:
        return []
    kinds = {kind for row in gold_tags(task, gold) for kind in row}
    missing = [how for kind, how in ((TRUE, "with"), (CORRUPTED, "without")) if kind not in kinds]
    what = label_name(task.labels[0])
    return [f"{task.name}: {gold.name} has no words {how} {what}: nothing is ranked" for how in missing]


def _unknown_labels(task: TaskDescription, gold: Gold) -> list[str]:
    if task.is_scorer:
        return []
    counts = Counter(tag for tags in gold_tags(task, gold) for tag in tags)
    unknown = [(label, count) for label, count in counts.most_common() if label not in task.labels]
    if not unknown:
        return []
    shown = ", ".join(f"{label} {count:,}" for label, count in unknown[:LABELS_SHOWN])
    more = f" and {len(unknown) - LABELS_SHOWN} more" if len(unknown) > LABELS_SHOWN else ""
    total = sum(count for _, count in unknown)
    return [f"{task.name}: tokens whose gold label the model does not know: {total:,} ({shown}{more})"]


def _choose(known: Sequence[TaskDescription], names: Sequence[str]) -> list[TaskDescription]:
    for name in names:
        if name not in [task.name for task in known]:
            listing = ", ".join(task.name for task in known)
            raise SettingsError("--task", f"a task of the model ({listing})", repr(name))
    return [task for task in known if not names or task.name in names]


def _no_tags(task: TaskDescription, model: Path) -> TaggerError:
    hint = (
        f"Pretrained on raw text, it scores windows and tags nothing: `tagger score {model} --task {task.name}` scores "
        "the words of a text."
    )
    return TaggerError(f"expected a task with a tag column, found {task.name}", where=str(model), hint=hint)
