"""An evaluation to plain text on stdout, and to plain values: scores, intervals, errors, worst sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from tagger.analysis import Baseline, Confusion, SentenceSpan, Speed, TaskAnalysis, WorstSentence
from tagger.records import Estimate, RankingScores, TaskReliability, TaskScores
from tagger.reports.calibration import print_reliability
from tagger.reports.console import print_scores, print_table, print_text
from tagger.text.plurals import counted

CONFUSIONS_SHOWN = 10
OWN = "the model"
"""What its scores are of, where baselines stand beside it."""
_LEAD = "; lead: over the baseline, paired"


def print_evaluation(
    scores: Sequence[TaskScores | RankingScores],
    analyses: Mapping[str, TaskAnalysis],
    reliabilities: Mapping[str, TaskReliability],
    *,
    title: str,
    speed: Speed | None = None,
    worst: int = 0,
    signatures: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> None:
    """Write main scores with intervals, the tables of scores, errors, calibration and speed; per cent.

    analyses, reliabilities: by task; scorers have none. worst: sentences of each task that the model gets most wrong.
    """
    found = [(task, analyses[task.task]) for task in scores if task.task in analyses]

    def first() -> None:
        if found:
            _print_main(found)
            print_text("")

    def more() -> None:
        for _, analysis in found:
            _print_errors(analysis)
        _print_confusions([analysis for _, analysis in found])
        print_reliability(reliabilities)
        _print_figures([analysis for _, analysis in found], speed)
        for line in (_origin(analysis.task, one) for _, analysis in found for one in analysis.baselines):
            print_text(line)
        for _, analysis in found:
            _print_worst(analysis, worst)

    forms = {name: analysis.forms for name, analysis in analyses.items()}
    print_scores(scores, title=title, first=first, more=more, forms=forms, signatures=signatures, notes=notes)


def analysis_as_json(analysis: TaskAnalysis) -> dict[str, Any]:
    """What stands beside the scores of a task, as plain values; fractions."""
    return {
        "bootstrap": {
            "resampled": analysis.resampled,
            "units": analysis.units,
            "samples": analysis.samples,
            "seed": analysis.seed,
            "level": 0.95,
        },
        "baselines": [asdict(baseline) for baseline in analysis.baselines],
        "forms": [{**asdict(kind), "accuracy": kind.accuracy} for kind in analysis.forms],
        "span_errors": [asdict(errors) for errors in analysis.spans],
        "confusions": [asdict(confusion) for confusion in analysis.confusions],
        "invalid_transitions": {"invalid": analysis.invalid, "transitions": analysis.transitions},
        "worst": [asdict(sentence) for sentence in analysis.worst],
    }


def speed_as_json(speed: Speed) -> dict[str, Any]:
    """The speed of the evaluation's tagging as plain values."""
    return {**asdict(speed), "tokens_a_second": speed.tokens_a_second}


def _print_main(found: Sequence[tuple[TaskScores | RankingScores, TaskAnalysis]]) -> None:
    """The main score of each task with its interval; below it those of baselines, and how far they are behind."""
    compared = any(analysis.baselines for _, analysis in found)
    columns = ["task", "score", *(["of"] if compared else []), "value", "95% interval", "resampled"]
    rows = []
    for scores, analysis in found:
        name = {"f1": "F1"}.get(scores.main[0], scores.main[0])
        resampled = f"{analysis.units:,} {analysis.resampled}"
        row = [scores.task, name, *([OWN] if compared else []), *_estimate(analysis.score), resampled]
        rows.append([*row, *(["", ""] if compared else [])])
        rows += [_baseline_row(baseline) for baseline in analysis.baselines]
    columns += ["lead", "95% interval"] if compared else []
    samples = found[0][1].samples
    title = f"main scores, with bootstrap intervals of {samples:,} resamplings"
    print_table(
        columns, rows, title=title + (_LEAD if compared else ""), left=(0, 1, 2) if compared else (0, 1)
    )


def _baseline_row(baseline: Baseline) -> list[str]:
    return ["", "", baseline.name, *_estimate(baseline.score), "", *_estimate(baseline.change, "+")]


def _origin(task: str, baseline: Baseline) -> str:
    return f"baseline  {task}: {baseline.name}, trained on {baseline.data}"


def _estimate(estimate: Estimate, sign: str = "") -> tuple[str, str]:
    """The value and its interval, per cent."""
    value, low, high = (f"{100 * part:{sign}.2f}" for part in (estimate.value, estimate.low, estimate.high))
    return value, f"[{low}, {high}]"


def _print_errors(analysis: TaskAnalysis) -> None:
    if not analysis.spans:
        return
    columns = ["type", "right", "wrong type", "wrong span", "wrong both", "missed", "| spurious"]
    rows = []
    for row in analysis.spans:
        numbers = (row.right, row.wrong_type, row.wrong_span, row.wrong_both, row.missed)
        rows.append([row.kind, *(f"{number:,}" for number in numbers), f"| {row.spurious:>8,}"])
    print_text("")
    print_table(
        columns, rows, title=f"{analysis.task}: what became of the gold spans | found where there is none"
    )


def _print_confusions(analyses: Sequence[TaskAnalysis]) -> None:
    """The most frequent errors of all tasks, side by side."""
    columns, lists = [], []
    for analysis in analyses:
        wrong = [c for c in analysis.confusions if c.gold != c.found][:CONFUSIONS_SHOWN]
        if wrong:
            columns += [analysis.task, "spans" if analysis.spans else "tokens"]
            lists.append([_confusion_cells(confusion) for confusion in wrong])
    if lists:
        rows = [[cell for cells in row for cell in cells] for row in zip_longest(*lists, fillvalue=("", ""))]
        print_text("")
        title = "most frequent confusions: gold > found (O: no span)"
        print_table(columns, rows, left=range(0, len(columns), 2), title=title)


def _confusion_cells(confusion: Confusion) -> tuple[str, str]:
    return f"{confusion.gold} > {confusion.found}", f"{confusion.count:,}"


def _print_figures(analyses: Sequence[TaskAnalysis], speed: Speed | None) -> None:
    """A line on invalid transitions and one on speed."""
    invalid = [f"{a.task} {a.invalid:,} of {a.transitions:,}" for a in analyses if a.spans]
    if invalid or speed:
        print_text("")
    if invalid:
        print_text(f"invalid transitions  {', '.join(invalid)}")
    if speed:
        notes = "".join(f", {note}" for note in speed.notes)
        print_text(f"speed  {speed.tokens_a_second:,.0f} tokens/s ({counted(speed.tokens, 'token')}{notes})")


def _print_worst(analysis: TaskAnalysis, worst: int) -> None:
    shown = analysis.worst[:worst]
    if shown:
        print_text(f"\n{analysis.task}: the sentences that are tagged worst (surprise in nats)")
    for sentence in shown:
        for line in _sentence_lines(sentence, spans=bool(analysis.spans)):
            print_text(line)


def _sentence_lines(sentence: WorstSentence, *, spans: bool) -> Iterator[str]:
    place = sentence.where or f"sentence {sentence.number:,}"
    errors = "1 error" if sentence.errors == 1 else f"{sentence.errors} errors"
    yield f"{place}  {errors}, surprise {sentence.surprise:.2f}"
    yield f"    {' '.join(sentence.tokens)}"
    if spans:
        yield f"    gold   {_listing(sentence, sentence.gold_spans)}"
        yield f"    found  {_listing(sentence, sentence.found_spans)}"
    else:
        rows = zip(sentence.tokens, sentence.gold, sentence.found, strict=True)
        yield f"    {', '.join(f'{form} {gold} > {found}' for form, gold, found in rows if gold != found)}"


def _listing(sentence: WorstSentence, spans: Sequence[SentenceSpan]) -> str:
    listed = (f"{span.label} [{' '.join(sentence.tokens[span.start : span.end])}]" for span in spans)
    return ", ".join(listed) or "none"
