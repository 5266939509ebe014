"""Scores to the upper part of a page and the tables of a task: headline, baselines, types, known words, calibration."""

from collections.abc import Sequence

from tagger.analysis import Baseline, FormScore, TaskAnalysis
from tagger.records import Counts, Estimate, Reliability, TaskReliability, TaskScores
from tagger.reports.console import NO_SHARE
from tagger.reports.page_charts import FEW, bar, reliability_diagram, whisker
from tagger.reports.page_elements import (
    bounds,
    folded,
    paragraph,
    percent,
    signed_percent,
    table,
    text,
)

MEASURES = {"f1": "F1 of spans", "accuracy": "accuracy"}
_SPAN_COLUMNS = ("found", "right", "precision", "recall", "F1")
_FORM_KINDS = {
    "one tag": "seen with one tag",
    "ambiguous": "seen with several tags",
    "seen": "seen in training",
    "unseen": "not seen in training",
}


def card(scores: TaskScores, analysis: TaskAnalysis, place: str) -> str:
    """The score of a task in large digits, its interval, and what else is asked first; `place` is linked to."""
    facts = [("sentences", f"{scores.sentences:,}"), ("tokens", f"{scores.tokens:,}")]
    if scores.conlleval:
        facts.append(("token accuracy", percent(scores.accuracy)))
    if scores.seen_tokens:
        facts.append(
            ("accuracy, unseen words", percent(scores.unseen_accuracy) if scores.unseen_tokens else NO_SHARE)
        )
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>\n" for name, value in facts)
    return (
        f'<article class="card">\n<h3><a href="#{place}">{text(scores.task)}</a></h3>\n'
        f'<p class="big">{percent(analysis.score.value)}</p>\n'
        f'<p class="measure">{MEASURES[scores.main[0]]}, %</p>\n'
        f'<p class="interval"><span>95% interval</span> {bounds(analysis.score)}</p>\n'
        f"<dl>\n{items}</dl>\n</article>\n"
    )


def how_sure(analyses: Sequence[TaskAnalysis]) -> str:
    """What the intervals are, and what was drawn for them."""
    drawn = dict.fromkeys(
        f"{own.units:,} {own.resampled} {own.samples:,} times (seed {own.seed})" for own in analyses
    )
    return paragraph(f"Intervals by bootstrap: drawn with replacement were {text(' or '.join(drawn))}.")


def baselines(analyses: Sequence[TaskAnalysis]) -> str:
    """The score of each task beside those of simpler methods, "" without any."""
    return "".join(_beside(analysis) for analysis in analyses if analysis.baselines)


def _beside(analysis: TaskAnalysis) -> str:
    estimates = [analysis.score, *(own.score for own in analysis.baselines)]
    low, high = min(own.low for own in estimates), max(own.high for own in estimates)

    def row(name: str, score: Estimate, kind: str) -> list[str]:
        return [text(name), percent(score.value), whisker(score, low, high, kind), bounds(score)]

    rows = [[*row("this model", analysis.score, "own"), "", ""]]
    rows += [[*row(own.name, own.score, "plain"), *_change(own)] for own in analysis.baselines]
    columns = ["method", "score", "", "95% interval", "gain of this model", "95% interval"]
    shown = table(f"{analysis.task}: beside simpler methods", columns, rows)
    trained = dict.fromkeys(own.data for own in analysis.baselines if own.data)
    note = paragraph(f"Baselines trained on {text(', '.join(trained))}.") if trained else ""
    return f"<h4>{text(analysis.task)}</h4>\n{shown}{note}"


def _change(baseline: Baseline) -> list[str]:
    return [signed_percent(baseline.change.value), bounds(baseline.change, signed=True)]


def by_type(scores: TaskScores) -> str:
    """Precision, recall and F1 of each type, "" for a task without spans; the strict reading where it differs."""
    if not scores.conlleval:
        return ""
    strict = scores.strict if scores.strict and scores.strict != scores.conlleval else {}
    columns = ["type", "gold", *_SPAN_COLUMNS, ""]
    groups: list[tuple[str, int]] = []
    if strict:
        columns += _SPAN_COLUMNS
        groups = [("", 2), ("conlleval", len(_SPAN_COLUMNS) + 1), ("strict", len(_SPAN_COLUMNS))]
    rows = []
    for kind, counts in scores.conlleval.items():
        row = [text(kind), f"{counts.gold:,}", *_span_cells(counts), bar(counts.f1)]
        rows.append(row + (_span_cells(strict.get(kind, Counts(0, 0, 0))) if strict else []))
    modes = "As conlleval counts: a broken sequence of tags is read as spans all the same"
    if strict:
        modes += "; strictly, it is no span"
    elif scores.strict:
        modes += ". The strict reading, for which it is no span, gives the same numbers"
    return paragraph(f"{modes}.") + table(f"{scores.task}: spans by type", columns, rows, groups=groups)


def _span_cells(counts: Counts) -> list[str]:
    shares = (counts.precision, counts.recall, counts.f1)
    return [f"{counts.predicted:,}", f"{counts.correct:,}", *map(percent, shares)]


def known_words(task: str, forms: Sequence[FormScore]) -> str:
    """Accuracy on words as the training data know them, "" where that is unknown."""
    total = sum(own.tokens for own in forms)
    rows = [
        [
            text(_FORM_KINDS.get(own.kind, own.kind)),
            percent(own.accuracy),
            bar(own.accuracy),
            f"{own.tokens:,}",
            percent(own.tokens / total),
            f"{own.tokens - own.correct:,}",
        ]
        for own in forms
        if own.tokens
    ]
    columns = ["words", "accuracy", "", "tokens", "% of tokens", "wrong"]
    return table(f"{task}: words as the training data know them", columns, rows) if rows else ""


def calibration(task: str, found: TaskReliability | None) -> str:
    """Reliability diagrams of the tags and of the spans found, "" where there are no probabilities."""
    if found is None:
        return ""
    kinds = [("tags of tokens", found.tokens)]
    if found.spans is not None:
        kinds.append(("spans found", found.spans))
    figures = [_diagram(task, name, own) for name, own in kinds if own.count]
    if not figures:
        return ""
    hint = (
        "Dots on the diagonal: of what is called 80% probable, 80% is right. Below it the model is too sure. "
        f"Hollow dots stand for fewer than {FEW} choices."
    )
    numbers = folded("The numbers", "".join(_bins(task, name, own) for name, own in kinds if own.count))
    return f'{paragraph(hint)}<div class="charts">\n{"".join(figures)}</div>\n{numbers}'


def _diagram(task: str, name: str, found: Reliability) -> str:
    summary = (
        f"<b>{name}</b>: {found.count:,}, on average {percent(found.probability)}% probable, "
        f"{percent(found.accuracy)}% right; expected calibration error <b>{percent(found.error)}</b>"
    )
    picture = reliability_diagram(f"{task}: reliability diagram, {name}", found)
    return f"<figure>\n<figcaption>{summary}</figcaption>\n{picture}</figure>\n"


def _bins(task: str, name: str, found: Reliability) -> str:
    width = 1 / len(found.bins)
    rows = [
        [
            f"{number * width:.3f} to {(number + 1) * width:.3f}",
            f"{own.count:,}",
            percent(own.probability),
            percent(own.accuracy),
        ]
        for number, own in enumerate(found.bins)
        if own.count
    ]
    return table(f"{task}, {name}: by probability", ["probability", name, "mean, %", "right, %"], rows)
