"""How far a model's probabilities can be believed: `python scripts/measure_calibration.py MODEL FOLDER`.

FOLDER is a prepared folder. Temperatures are fitted on every other sentence of its development data, and measured on
the rest, before (temperature 1) and after; then what `min_probability` leaves of spans (of plain tags: of tokens) and
how much of that is right. The model stays as it is. `--json` prints one JSON object as the last line.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tagger.inference.tagger import Tagger
from tagger.recipes.calibrate import fit
from tagger.recipes.gold import Gold, GoldPart, gold_tags
from tagger.recipes.tagged_gold import tag_gold
from tagger.saved import SavedModel, TaskDescription, read_model
from tagger.text.prepared import read_prepared
from tagger.text.schemes import NONE, spans_of

THRESHOLDS = (0.5, 0.8, 0.9, 0.95)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("folder")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    arguments = parser.parse_args()
    prepared = read_prepared(arguments.folder)
    model = with_temperatures(read_model(arguments.model), {})
    tasks = tuple(task for task in model.tasks if task.column in prepared.schemes and not task.is_scorer)
    halves = [
        GoldPart(Gold(arguments.folder, prepared.splits["dev"][half::2], prepared.schemes), tasks)
        for half in (0, 1)
    ]
    fitted = {found.task: found.temperature for found in fit(model, halves[:1])}
    kinds = {"before": model, "after": with_temperatures(model, fitted)}
    rows = [row for kind, own in kinds.items() for row in measure(own, halves[1], kind)]
    print_tables(rows)
    if arguments.json:
        print(json.dumps(rows))


def with_temperatures(model: SavedModel, temperatures: dict[str, float]) -> SavedModel:
    """The model with the given temperatures; 1 for tasks without."""
    tasks = (replace(task, temperature=temperatures.get(task.name, 1.0)) for task in model.tasks)
    return replace(model, tasks=tuple(tasks))


def measure(model: SavedModel, part: GoldPart, kind: str) -> list[dict[str, Any]]:
    """One row for each task: calibration of tokens and spans, and what each threshold leaves; fractions."""
    tagger = Tagger(model, tasks=[task.name for task in part.tasks])
    sentences = [sentence.tokens for sentence in part.gold.sentences]
    gold = [gold_tags(task, part.gold) for task in part.tasks]
    own = {task.name: task.temperature for task in model.tasks}
    rows: list[dict[str, Any]] = []
    tagged = tagger.tag_sentences(sentences, probabilities=True)
    for found in tag_gold(tagged, part.tasks, gold):
        both = found.reliability()
        row: dict[str, Any] = {"task": found.task.name, "kind": kind, "temperature": own[found.task.name]}
        for what, some in (("tokens", both.tokens), ("spans", both.spans)):
            if some:
                row[what] = {"count": some.count, "probability": some.probability, "right": some.accuracy,
                             "error": some.error}  # fmt: skip
        rows.append({**row, "left": {}})
    for least in THRESHOLDS:
        kept = [sentence.tags for sentence in tagger.tag_sentences(sentences, min_probability=least)]
        for row, task, expected in zip(rows, part.tasks, gold, strict=True):
            count, right = counts(task, [tags[task.name] for tags in kept], expected)
            total = row["tokens" if task.scheme == NONE else "spans"]["count"]
            row["left"][least] = {"share": count / max(total, 1), "right": right / max(count, 1)}
    return rows


def counts(
    task: TaskDescription, found: Sequence[Sequence[str]], gold: Sequence[Sequence[str]]
) -> tuple[int, int]:
    """Spans found and those of them that are right; of plain tags tokens."""
    if task.scheme == NONE:
        pairs = [
            pair for one, other in zip(found, gold, strict=True) for pair in zip(one, other, strict=True)
        ]
        return sum(bool(a) for a, _ in pairs), sum(a == b for a, b in pairs)
    spans = [
        (set(spans_of(a, task.scheme)), set(spans_of(b, task.scheme)))
        for a, b in zip(found, gold, strict=True)
    ]
    return sum(len(a) for a, _ in spans), sum(len(a & b) for a, b in spans)


def print_tables(rows: Sequence[dict[str, Any]]) -> None:
    """Write the rows as two tables, per cent."""
    print("\n| task | of | number | right | temperature | mean probability | calibration error |")
    print("|---|---|---|---|---|---|---|")
    for row in sorted(rows, key=lambda row: str(row["task"])):
        for what in ("tokens", "spans"):
            if what in row:
                some = row[what]
                shares = " | ".join(percent(some[name]) for name in ("probability", "error"))
                print(
                    f"| {row['task']} | {what} | {some['count']:,} | {percent(some['right'])} "
                    f"| {row['temperature']:.2f} | {shares} |"
                )
    print("\n| task | temperature | " + " | ".join(f"at least {least}" for least in THRESHOLDS) + " |")
    print("|---|---|" + "---|" * len(THRESHOLDS))
    for row in sorted(rows, key=lambda row: str(row["task"])):
        cells = [f"{percent(left['right'])} of {percent(left['share'])}" for left in row["left"].values()]
        print(f"| {row['task']} | {row['temperature']:.2f} | {' | '.join(cells)} |")


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}"


if __name__ == "__main__":
    main()
