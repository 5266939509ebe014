"""A saved model, or several that vote, and gold data to scores, each with its signature."""

import hashlib
import json
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagger import __version__
from tagger.errors import SettingsError, TaggerError
from tagger.evaluation.ranking import score_ranking
from tagger.evaluation.scores import score_task
from tagger.inference.ensemble import common_tasks
from tagger.inference.tagger import Tagger
from tagger.recipes.calibrate import calibrate as fit_and_write
from tagger.recipes.calibrate import calibration_note
from tagger.recipes.gold import Gold, GoldPart, gold_tags, known_forms, model_settings, read_parts
from tagger.recipes.scorer_tasks import label_name
from tagger.recipes.tagged_gold import tag_gold
from tagger.records import RankingScores, TaskReliability, TaskScores
from tagger.reports.calibration import reliability_as_json
from tagger.reports.console import scores_as_json
from tagger.saved import DESCRIPTION, FORMS, TaskDescription, read_model
from tagger.text.true_windows import CORRUPTED, TRUE
from tagger.whole_files import check_new_file, write_file

LABELS_SHOWN = 5
"""How many of the labels that a model does not know are named; the rest are counted."""


@dataclass(frozen=True, slots=True)
class TaskEvaluation:
    """The scores of one task, and what two people compare to know that they measured the same thing."""

    scores: TaskScores | RankingScores
    data: str  # name of the gold data
    fingerprint: str  # of its tokens and gold tags, whatever format they were read from
    scheme: str
    seeds: tuple[int | None, ...]  # of the training of each model
    label: str | None = None  # of a scorer
    reliability: TaskReliability | None = None  # of its probabilities; None of a scorer

    @property
    def signature(self) -> str:
        what = f"scheme:{self.scheme}" if self.label is None else f"label:{self.label or '(any)'}"
        if isinstance(self.scores, RankingScores):
            mode = "ranking"
        else:
            mode = "conlleval,strict" if self.scores.conlleval else "tokens"
        seeds = ",".join("unknown" if seed is None else str(seed) for seed in self.seeds)
        models = f"|models:{len(self.seeds)}" if len(self.seeds) > 1 else ""
        return (
            f"task:{self.scores.task}|data:{self.data}#{self.fingerprint}|{what}|mode:{mode}"
            f"|seed:{seeds}{models}|tagger:{__version__}"
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` found: the tasks in the first model's order, and notes on what could not be measured."""

    models: tuple[str, ...]
    tasks: tuple[TaskEvaluation, ...]
    notes: tuple[str, ...] = ()

    @property
    def model(self) -> str:
        """The model, or all that voted, in one line."""
        return " + ".join(self.models)


def evaluate(
    model: Path,
    data: Sequence[str] = (),
    *,
    more: Sequence[Path] = (),
    split: str = "dev",
    reading: dict[str, Any] | None = None,
    join: Sequence[str] = (),
    tasks: Sequence[str] = (),
    calibrate: bool = False,
    output: Path | None = None,
    force: bool = False,
) -> Evaluation:
    """The scores of the model in the folder `model` on `data`: a prepared folder, or corpus files.

    data: none: the development data that the model's settings name.
    more: models that vote together with the first, as `tagger.inference.ensemble` says; the settings of the first
        count, and a word is seen if it stands in the training data of any of them.
    split: which split of a prepared folder.
    reading: what differs from the model's settings of `format`, `columns`, `maps`, `input_schemes`, `broken_tags` and
        `wide_rows` in [data].
    join: files with more tag columns on the tokens of `data`.
    tasks: which tasks; by default those whose column the data have.
    calibrate: first fit the temperatures of the model's probabilities on these data, and write them into its folder.
    output: a file for the scores as JSON; one that is there is replaced with `force` only.

    Raises TaggerError: ModelError, DataError, SettingsError, or where no task can be scored.
    """
    if output:
        check_new_file(output, force=force)
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
    seen, notes = _seen_forms(folders)
    parts: list[GoldPart] = []
    for part, missing in read_parts(
        tagged, settings[0], data, split=split, reading=reading or {}, join=join, chosen=bool(tasks)
    ):
        parts.append(part)
        notes += [
            f"{task.name} is not scored: {part.gold.name} has no column {task.column}" for task in missing
        ]
    if calibrate:
        notes += [calibration_note(found) for found in fit_and_write(model, parts)]
        models[0] = read_model(model)
    tagger = Tagger(*models, tasks=wanted, names=names)
    done: dict[str, TaskEvaluation] = {}
    for part in parts:
        for result in _score(tagger, part, seen, seeds):
            done[result.scores.task] = result
        notes += [note for task in part.tasks for note in _unknown_labels(task, part.gold)]
        notes += [note for task in part.tasks for note in _missing_windows(task, part.gold)]
    notes += [f"{task.name} is not scored: it was pretrained on raw text" for task in untagged]
    results = tuple(done[task.name] for task in chosen if task.name in done)
    evaluation = Evaluation(tuple(names), results, tuple(notes))
    if output:
        write_file(output, json.dumps(as_json(evaluation), indent=2, ensure_ascii=False) + "\n")
    return evaluation


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain values; fractions in [0, 1]."""
    scores = scores_as_json([result.scores for result in evaluation.tasks])
    seeds = next((result.seeds for result in evaluation.tasks), (None,))
    for result in evaluation.tasks:
        scores[result.scores.task] |= {
            "data": result.data,
            "fingerprint": result.fingerprint,
            "scheme": result.scheme,
            "signature": result.signature,
        }
        if result.reliability:
            scores[result.scores.task]["calibration"] = reliability_as_json(result.reliability)
    return {
        "model": evaluation.model,
        "models": list(evaluation.models),
        "seed": seeds[0] if len(seeds) == 1 else list(seeds),
        "tagger": __version__,
        "tasks": scores,
        "notes": list(evaluation.notes),
    }


def _score(
    tagger: Tagger, part: GoldPart, seen: Container[str], seeds: tuple[int | None, ...]
) -> Iterator[TaskEvaluation]:
    tokens = [sentence.tokens for sentence in part.gold.sentences]
    expected = {task.name: gold_tags(task, part.gold) for task in part.tasks}
    tagging = [task for task in part.tasks if not task.is_scorer]
    tagged = tagger.tag_sentences(tokens, probabilities=True) if tagging else ()
    found = {own.task.name: own for own in tag_gold(tagged, tagging, [expected[t.name] for t in tagging])}
    scored = list(tagger.score_sentences(tokens)) if len(tagging) < len(part.tasks) else []
    for task in part.tasks:
        gold = expected[task.name]
        facts = (part.gold.name, _fingerprint(tokens, gold), task.scheme, seeds)
        if task.is_scorer:
            ranking = score_ranking(task.name, gold, [own[task.name] for own in scored])
            yield TaskEvaluation(ranking, *facts, task.labels[0])
        else:
            tags, reliability = found[task.name].tags, found[task.name].reliability()
            scores = score_task(task.name, gold, tags, tokens, scheme=task.scheme, known_forms=seen)
            yield TaskEvaluation(scores, *facts, reliability=reliability)


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


def _fingerprint(tokens: list[list[str]], tags: list[list[str]]) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of tokens and gold tags."""
    digest = hashlib.sha256()
    for row in zip(tokens, tags, strict=True):
        digest.update(json.dumps(row, ensure_ascii=True).encode())
        digest.update(b"\n")
    return digest.hexdigest()[:12]


def _seen_forms(folders: Sequence[Path]) -> tuple[frozenset[str], list[str]]:
    """The forms of all models' training data; none, and a note, where a model does not say."""
    known = [known_forms(folder) for folder in folders]
    for folder, forms in zip(folders, known, strict=True):
        if forms is None:
            place = "the model" if len(folders) == 1 else str(folder)
            return frozenset(), [f"no {FORMS} in {place}: which words are seen is unknown"]
    return frozenset().union(*(forms for forms in known if forms is not None)), []


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
