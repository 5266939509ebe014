"""What a check of a corpus found, and what a repair changed, to text: grouped by kind, with counts and places."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from tagger.reports.console import print_json, print_text
from tagger.text.findings import KINDS, SEVERITIES, CheckedFile, CheckReport, Finding, FixReport

FIRST = 3
"""Findings of a kind, and repairs of a kind, that are printed."""

PLACES = 3
"""Further places of a finding that are printed with --all off."""


def print_check(report: CheckReport, *, every: bool = False) -> None:
    """Write what was read, the findings by kind (the first few of each unless `every`), and a summary.

    The places of a kind are those of the lines shown, those behind "Also", and those that are "more".
    """
    for file in report.files:
        print_text(_about_file(file))
    for severity in SEVERITIES:
        for kind, group in groupby(report.findings, lambda finding: finding.kind):
            if KINDS[kind].severity == severity:
                print_text("")
                _print_kind(kind, list(group), every=every)
    for note in report.notes:
        print_text(f"\nnote  {note}")
    print_text(f"\n{_summary(report)}" if report.files or report.findings else _summary(report))


def print_fix(report: FixReport, *, every: bool = False, as_json: bool = False) -> None:
    """Write what was changed, by kind, and where the copy is."""
    if as_json:
        print_json(fix_as_json(report))
        return
    ordered = sorted(report.repairs, key=lambda repair: list(KINDS).index(repair.kind))
    for kind, group in groupby(ordered, lambda repair: repair.kind):
        repairs = list(group)
        print_text(f"{kind}  {_times(len(repairs), 'repair')}")
        shown = repairs if every else repairs[:FIRST]
        for repair in shown:
            print_text(f"  {repair}")
        if len(repairs) > len(shown):
            print_text(f"  and {len(repairs) - len(shown):,} more (--all names them)")
        print_text("")
    print_text(f"{_times(len(report.repairs), 'repair')}; written to {', '.join(report.outputs)}")


def check_as_json(report: CheckReport) -> dict[str, Any]:
    """The report as plain values: files, every finding with all its places, counts of places by severity."""
    return {
        "files": [
            {
                name: getattr(file, name)
                for name in ("split", "path", "sentences", "tokens", "schemes", "labels")
            }
            for file in report.files
        ],
        "findings": [_finding_as_json(finding) for finding in report.findings],
        "counts": _counts(report),
        "notes": list(report.notes),
    }


def fix_as_json(report: FixReport) -> dict[str, Any]:
    """The repairs as plain values."""
    repairs = [
        {"kind": r.kind, "path": r.place.path, "line": r.place.line, "change": r.change}
        for r in report.repairs
    ]
    return {"outputs": list(report.outputs), "repairs": repairs}


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "kind": finding.kind,
        "path": finding.place.path,
        "line": finding.place.line,
        "found": finding.found,
        "expected": finding.expected,
        "hint": finding.hint,
        "others": [{"path": place.path, "line": place.line} for place in finding.others],
    }


def _print_kind(kind: str, findings: Sequence[Finding], *, every: bool) -> None:
    count = sum(finding.count for finding in findings)
    print_text(f"{KINDS[kind].severity} {kind}  {_times(count, 'place')}: {KINDS[kind].title}")
    shown = findings if every else findings[:FIRST]
    for finding in shown:
        print_text(f"  {finding}{_others(finding, every=every)}")
    if len(findings) > len(shown):
        more = count - sum(finding.count for finding in shown)
        print_text(f"  and {more:,} more (--kind {kind} --all names them)")


def _others(finding: Finding, *, every: bool) -> str:
    """Where else it stands: a line number where the file is the same."""
    shown = finding.others if every else finding.others[:PLACES]
    if not shown:
        return ""
    path, names = finding.place.path, []
    for place in shown:
        names.append(str(place.line) if place.path == path and place.line is not None else str(place))
        path = place.path
    more = len(finding.others) - len(shown)
    return f" Also: {', '.join(names)}{f' and {more:,} more' if more else ''}."


def _about_file(file: CheckedFile) -> str:
    columns = ", ".join(
        f"{column} {'plain' if scheme == 'none' else scheme} ({_times(file.labels[column], 'label')})"
        for column, scheme in file.schemes.items()
    )
    sizes = f"{_times(file.sentences, 'sentence')}, {_times(file.tokens, 'token')}"
    return f"{f'{file.split}: ' if file.split else ''}{file.path}: {sizes}; {columns or 'no tag columns'}"


def _counts(report: CheckReport) -> Mapping[str, int]:
    return {f"{severity}s": report.count(severity) for severity in SEVERITIES}


def _summary(report: CheckReport) -> str:
    found = ", ".join(_times(report.count(severity), severity) for severity in SEVERITIES)
    kinds = len({finding.kind for finding in report.findings})
    sentences = sum(file.sentences for file in report.files)
    return f"{found} of {_times(kinds, 'kind')} in {_times(sentences, 'sentence')}"


def _times(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
