"""What a model gets wrong to tables and charts of a page: fates of spans by type, and what was found for what."""

import math
from collections import Counter
from collections.abc import Sequence

from tagger.analysis import Confusion, SpanErrors, TaskAnalysis
from tagger.reports.page_charts import bar, stacked
from tagger.reports.page_elements import paragraph, percent, scrolling, section, table, text
from tagger.text.schemes import OUTSIDE

FATES = {
    "missed": ("missed", "a gold span where nothing was found"),
    "spurious": ("spurious", "a span found where there is none"),
    "wrong_type": ("wrong type", "the right words, another type"),
    "wrong_span": ("wrong span", "the right type, other words"),
    "wrong_both": ("wrong both", "another type, and other words in part"),
}
"""Kinds of errors in the order in which they stand in bars: name, and what it is."""
LEVELS = 6
"""Shades of a confusion matrix."""
MOST_LABELS = 20
"""Rows of a confusion matrix; of more labels those with the most errors are shown."""
MOST_CONFUSIONS = 10
_LONG = 5
"""Letters of a label that still stand level above a column."""


def errors_by_type(task: str, kinds: Sequence[SpanErrors]) -> str:
    """How spans go wrong: all of them in one bar, then a bar for each type; "" for a task without spans."""
    if not kinds:
        return ""
    total, *types = kinds
    most = max((_errors(own) for own in types), default=0)
    rows = [
        [
            text(own.kind),
            stacked((name, getattr(own, name) / most) for name in FATES) if own is not total and most else "",
            f"{_gold(own):,}",
            f"{own.right:,}",
            *(f"{getattr(own, name):,}" for name in FATES),
        ]
        for own in kinds
    ]
    columns = ["type", "errors", "gold", "right", *(name for name, _ in FATES.values())]
    return _all_errors(total) + table(f"{task}: errors by type", columns, rows, left=(1,))


def _all_errors(total: SpanErrors) -> str:
    """The bar of all errors, and a legend that counts them."""
    errors = _errors(total)
    if not errors:
        return paragraph("No span is wrong.")
    shares = {name: getattr(total, name) / errors for name in FATES}
    items = "".join(
        f'<li><svg class="key" aria-hidden="true"><rect class="{name}" width="100%" height="100%"/></svg> '
        f"<b>{title} {getattr(total, name):,}</b> ({shares[name]:.0%}): {meaning}</li>\n"
        for name, (title, meaning) in FATES.items()
    )
    return f'<div class="whole">{stacked(shares.items())}</div>\n<ul class="legend">\n{items}</ul>\n'


def _errors(own: SpanErrors) -> int:
    return sum(getattr(own, name) for name in FATES)


def _gold(own: SpanErrors) -> int:
    return own.right + own.wrong_type + own.wrong_span + own.wrong_both + own.missed


def confusion(analysis: TaskAnalysis) -> str:
    """The most frequent confusions, and the matrix of all of them; "" where nothing is confused."""
    wrong = [own for own in analysis.confusions if own.gold != own.found]
    if not wrong:
        return ""
    first, matrix = _most_frequent(analysis.task, wrong), _matrix(analysis, wrong)
    return f'<div class="beside">\n<div>\n{first}</div>\n<div>\n{matrix}</div>\n</div>\n'


def _most_frequent(task: str, wrong: Sequence[Confusion]) -> str:
    total, most = sum(own.count for own in wrong), max(own.count for own in wrong)
    rows = [
        [text(own.gold), text(own.found), f"{own.count:,}", percent(own.count / total), bar(own.count / most)]
        for own in wrong[:MOST_CONFUSIONS]
    ]
    columns = ["gold", "found as", "times", "% of these", ""]
    return table(f"{task}: the most frequent confusions", columns, rows, left=(1,))


def _matrix(analysis: TaskAnalysis, wrong: Sequence[Confusion]) -> str:
    """Rows are gold, columns are found; the darker a cell off the diagonal, the more often it occurs."""
    counts = {(own.gold, own.found): own.count for own in analysis.confusions}
    labels, known = _labels(analysis, wrong), len({name for pair in counts for name in pair})
    most = max(own.count for own in wrong)
    long = ' class="long"' if max(map(len, labels)) > _LONG else ""
    head = "".join(f'<th scope="col"><span{long}>{text(name)}</span></th>' for name in labels)
    rows = "".join(
        f'<tr><th scope="row">{text(gold)}</th>'
        + "".join(_cell(counts.get((gold, found), 0), gold == found, most) for found in labels)
        + "</tr>\n"
        for gold in labels
    )
    hint = "A row for each gold label, a column for each found one; on the diagonal the two agree."
    if analysis.spans:
        hint += f" Paired spans are compared, whatever their ends; {OUTSIDE}: no span there."
    if known > len(labels):
        hint += f" Shown are the {len(labels)} of {known} labels with the most errors."
    title = f"{analysis.task}: confusion matrix"
    grid = (
        f'<table class="matrix">\n<caption class="unseen">{text(title)}</caption>\n<thead>\n'
        f'<tr><td class="corner">gold \\ found</td>{head}</tr>\n</thead>\n<tbody>\n{rows}</tbody>\n</table>\n'
    )
    return paragraph(hint) + scrolling(title, grid)


def _labels(analysis: TaskAnalysis, wrong: Sequence[Confusion]) -> list[str]:
    """The labels with the most errors on either side, in alphabetical order; no span comes last."""
    errors: Counter[str] = Counter()
    for own in analysis.confusions:
        errors[own.gold] += 0
        errors[own.found] += 0
    for own in wrong:
        errors[own.gold] += own.count
        errors[own.found] += own.count
    chosen = sorted(errors, key=lambda name: (-errors[name], name))[:MOST_LABELS]
    return sorted(chosen, key=lambda name: (bool(analysis.spans) and name == OUTSIDE, name))


def _cell(number: int, right: bool, most: int) -> str:
    if not number:
        return '<td class="right"></td>' if right else "<td></td>"
    kind = "right" if right else f"heat{math.ceil(LEVELS * math.sqrt(number / most))}"
    return f'<td class="{kind}">{number:,}</td>'


def invalid_transitions(analysis: TaskAnalysis) -> str:
    """How many neighbouring tags the scheme forbids, "" for plain tags."""
    if not analysis.transitions:
        return ""
    return paragraph(
        f"{analysis.invalid:,} of {analysis.transitions:,} pairs of neighbouring tags are forbidden by the scheme."
    )


def errors_section(analysis: TaskAnalysis) -> str:
    """All of this module."""
    by_type = errors_by_type(analysis.task, analysis.spans)
    found = section("Errors by type", by_type + invalid_transitions(analysis) if by_type else "")
    return found + section("What is taken for what", confusion(analysis))
