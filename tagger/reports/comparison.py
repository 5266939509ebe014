"""The comparison of two models, A and B, to tables, a verdict in words, lists of sentences, and plain values."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tagger.analysis import Agreement, DifferingSentence, TaskComparison
from tagger.reports.console import print_table, print_text

SIGNIFICANT = 0.05
"""A difference with a smaller p-value is not called chance: the complement of the intervals' 95%."""

SMALLEST = 0.0001
"""Smaller p-values are written as less than this."""

NAMES = {"f1": "F1", "accuracy": "accuracy"}
NO_LABEL = "-"


def print_comparison(
    tasks: Sequence[TaskComparison],
    *,
    a: str,
    b: str,
    data: str,
    signatures: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> None:
    """Write scores and tests of all tasks, then of each its verdict, where A and B differ, and such sentences."""
    for text in (f"A  {a}", f"B  {b}", f"on {data}", ""):
        print_text(text)
    _print_scores(tasks)
    for task in tasks:
        print_text("")
        print_text(f"{task.task}: {verdict(task)}")
        _print_agreement(task.agreement)
        _print_differences(task)
    if signatures:
        print_text("")
    for signature in signatures:
        print_text(f"signature  {signature}")
    for note in notes:
        print_text(f"note  {note}")


def verdict(task: TaskComparison) -> str:
    """What the figures say, in words."""
    if not task.differing:
        return "A and B tag alike"
    low, high = _signed(task.change.low), _signed(task.change.high)
    p = f"= {_number(task.p)}" if task.p >= SMALLEST else _number(task.p)
    figures = f"B - A between {low} and {high} in 95% of resamplings; p {p}"
    apart, rare = task.change.low > 0 or task.change.high < 0, task.p < SIGNIFICANT
    better = "B" if task.change.value > 0 else "A"
    if apart and rare:
        return f"{better} is better ({figures})"
    if apart or rare:
        return f"{better} may be better; interval and test disagree ({figures})"
    return f"the difference may be chance ({figures})"


def comparison_as_json(task: TaskComparison) -> dict[str, Any]:
    """The comparison of one task as plain values; fractions in [0, 1]."""
    return {
        "score": task.score,
        "sentences": task.sentences,
        "tokens": task.tokens,
        "a": asdict(task.a),
        "b": asdict(task.b),
        "change": asdict(task.change),
        "resampled": task.resampled,
        "units": task.units,
        "permutation": {"p": task.p, "rounds": task.rounds or "all"},
        "mcnemar_tokens": {"p": task.token_p},
        "verdict": verdict(task),
        "agreement": {own.of: _agreement_as_json(own) for own in task.agreement},
        "differing_sentences": task.differing,
        "differences": [asdict(sentence) for sentence in task.differences],
    }


def difference_rows(sentence: DifferingSentence) -> list[tuple[str, str, str, str]]:
    """Where A and B differ: tokens, and the label that each of gold, A and B has there; "-" for none.

    Spans where there are any, those that A and B both have left out, else tokens.
    """
    sides = (sentence.gold_spans, sentence.a_spans, sentence.b_spans)
    if not any(sides):
        tags = zip(sentence.tokens, sentence.gold, sentence.a, sentence.b, strict=True)
        return [row for row in tags if row[2] != row[3]]
    gold, a, b = ({(span.start, span.end): span.label for span in spans} for spans in sides)
    places = sorted(place for place in gold | a | b if a.get(place) != b.get(place))
    rows = []
    for start, end in places:
        labels = [own.get((start, end), NO_LABEL) for own in (gold, a, b)]
        rows.append((" ".join(sentence.tokens[start:end]), labels[0], labels[1], labels[2]))
    return rows


def _print_scores(tasks: Sequence[TaskComparison]) -> None:
    columns = ["task", "score", "sentences", "tokens", "A", "B", "B - A", "95% interval", "p", "McNemar's p"]
    rows = []
    for task in tasks:
        row = [task.task, NAMES[task.score], f"{task.sentences:,}", f"{task.tokens:,}"]
        row += [f"{100 * own.value:.2f}" for own in (task.a, task.b)]
        row += [_signed(task.change.value), f"{_signed(task.change.low)} to {_signed(task.change.high)}"]
        rows.append([*row, _number(task.p), _number(task.token_p)])
    print_table(columns, rows, left=(0, 1))


def _print_agreement(agreement: Sequence[Agreement]) -> None:
    columns = ["", "both right", "only A", "only B", "both wrong", "alike", "differently"]
    rows = []
    for own in agreement:
        counts: list[int | None] = [own.both_right, own.only_a, own.only_b, own.both_wrong, own.alike]
        counts.append(None if own.alike is None else own.both_wrong - own.alike)
        rows.append([own.of, *("" if count is None else f"{count:,}" for count in counts)])
    print_table(columns, rows)


def _print_differences(task: TaskComparison) -> None:
    if not task.differences:
        return
    shown = len(task.differences)
    which = "all" if shown == task.differing else f"the largest {shown:,} of"
    print_text("")
    print_text(f"{task.task}: sentences that A and B tag differently, {which} {task.differing:,}")
    for sentence in task.differences:
        print_text("")
        where = sentence.where or f"sentence {sentence.number:,}"
        print_text(f"{where}  wrong in A {sentence.a_errors}, in B {sentence.b_errors}")
        print_text(" ".join(sentence.tokens))
        print_table(["tokens", "gold", "A", "B"], difference_rows(sentence), left=range(4))


def _agreement_as_json(own: Agreement) -> dict[str, Any]:
    values = {name: value for name, value in asdict(own).items() if name != "of"}
    if own.alike is None:
        del values["alike"]
    return values


def _signed(fraction: float) -> str:
    """In per cent with its sign, never "-0.00"."""
    return f"{round(100 * fraction, 2) + 0.0:+.2f}"


def _number(p: float) -> str:
    return f"{p:.4f}" if p >= SMALLEST else f"< {SMALLEST}"
