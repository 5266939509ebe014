"""A search as plain values to its tables on stdout, and its progress to lines."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tagger.reports.console import print_json, print_message, print_table, print_text

MOST_ROWS = 20
"""Trials of a stage in the table; trials.jsonl has all."""

LEAST_SHARE = 0.1
"""Of the spread of scores that a setting must account for to be named."""

MOST_CHARACTERS = 60
"""Of a failed trial's reason in the table."""


def print_search(report: Mapping[str, Any], *, as_json: bool = False) -> None:
    """Write a table of each stage's trials, best first, which setting mattered, and where the best settings are."""
    if as_json:
        print_json(report)
    else:
        for number, stage in enumerate(report["stages"]):
            if number:
                print_text("")
            _print_stage(stage)
    folder = report["folder"]
    if report["interrupted"]:
        print_message(f"Interrupted: {folder} holds the finished trainings.")
        print_message(f"Go on with: tagger search --resume {folder}")
    elif report["best"]:
        print_message(f"Train with the best settings: tagger train {report['best_settings']} --output FOLDER")


def progress_line(progress: Mapping[str, Any]) -> str:
    """A trial at the end of a rung as one line: its settings, score in per cent, the best so far, time left."""
    trial, best = progress["trial"], progress["best"]
    stage = f"stage {trial['stage']}/{progress['stages']}  " if progress["stages"] > 1 else ""
    settings = " ".join(f"{name}={plain_value(value)}" for name, value in trial["parameters"].items())
    epochs = f"{trial['epochs']} epoch{'s' if trial['epochs'] > 1 else ''}"
    score = f"{100 * trial['score']:.2f}" if trial["score"] is not None else f"failed ({trial['reason']})"
    so_far = f"  best {100 * best['score']:.2f} (trial {best['trial']})" if best else ""
    left = progress["seconds_left"]
    remaining = f"  at most {timedelta(seconds=round(left))} left" if left is not None else ""
    return (
        f"{stage}trial {trial['trial']:>{len(str(progress['trials']))}}/{progress['trials']}"
        f"  {settings}  {epochs}  {score}{so_far}{remaining}"
    )


def plain_value(value: Any) -> str:
    """A setting's value, short: 0.003, [300], adam, true; - for none."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _print_stage(stage: Mapping[str, Any]) -> None:
    trials, names = stage["trials"], stage["varied"]
    several = stage["seeds"] > 1
    columns = ["trial", *names, "score", *(["min - max"] if several else []), "epochs", "seconds", "state"]
    rows = []
    for trial in trials[:MOST_ROWS]:
        scores = [score for score in trial["scores"] if score is not None]
        spread = [f"{100 * min(scores):.2f} - {100 * max(scores):.2f}" if scores else "-"] if several else []
        rows.append(
            [
                str(trial["trial"]),
                *(plain_value(trial["parameters"].get(name)) for name in names),
                "-" if trial["score"] is None else f"{100 * trial['score']:.2f}",
                *spread,
                str(trial["epochs"]),
                f"{trial['seconds']:.1f}",
                _state(trial),
            ]
        )
    seeds = f"{stage['seeds']} seeds" if several else "1 seed"
    title = f"stage {stage['stage']}: {stage['method']}, {len(trials)} trial{'s' if len(trials) > 1 else ''}, {seeds}"
    if stage["sample"]:
        title += f", {stage['sample']:,} training sentences"
    print_table(columns, rows, title=title, left=(len(columns) - 1,))
    if len(trials) > MOST_ROWS:
        print_text(f"and {len(trials) - MOST_ROWS} more in trials.jsonl")
    _print_importance(stage["importance"])
    for name in stage["at_edge"]:
        print_text(f"{name}: the best value lies at an end of its range; a wider range may hold a better one")


def _print_importance(importance: Mapping[str, float]) -> None:
    shares = [(name, f"{100 * share:.0f}%") for name, share in importance.items()]
    if len(shares) < 2 or max(importance.values()) < LEAST_SHARE:
        return
    (first, share), *others = shares
    rest = ", ".join(f"{name} {of_it}" for name, of_it in others)
    print_text(f"{first} mattered most: its value accounts for {share} of the spread of scores ({rest})")


def _state(trial: Mapping[str, Any]) -> str:
    if trial["state"] != "failed":
        return str(trial["state"])
    reason = trial["reason"]
    return f"failed: {reason if len(reason) <= MOST_CHARACTERS else reason[: MOST_CHARACTERS - 3] + '...'}"
