"""The record of layers taken from another model to a table on stdout, and to one line."""

from tagger.records import TransferReport
from tagger.reports.console import print_table, print_text


def print_transfer(report: TransferReport) -> None:
    """Write what became of each layer, how words were matched and how many tokens they cover; shares in per cent."""
    print_table(
        ["layer", "copied", "new", "dropped", "note"],
        [[r.layer, f"{r.copied:,}", f"{r.new:,}", f"{r.dropped:,}", r.note] for r in report.layers],
        title=f"Taken from {report.source} (rows; of trunk.0 columns):",
        left=(0, 4),
    )
    if report.matched:
        print_text(f"words: {', '.join(f'{count:,} {kind}' for kind, count in report.matched.items())}")
    print_text(_coverage(report))
    for line in freezing_lines(report):
        print_text(line)


def freezing_lines(report: TransferReport) -> list[str]:
    """Which layers do not learn, or not at first."""
    frozen = [layer for layer in report.frozen if layer not in report.thaw]
    thawed = [f"{layer} after {_epochs(number)}" for layer, number in report.thaw.items()]
    lines = [f"do not learn: {', '.join(frozen)}"] if frozen else []
    return [*lines, f"learn later: {', '.join(thawed)}"] if thawed else lines


def summary(report: TransferReport) -> str:
    """What was taken, as one line for the person watching."""
    layers = ", ".join(f"{r.layer} ({r.copied:,} of {r.copied + r.new:,})" for r in report.layers)
    return f"{report.source}: {layers}; {_coverage(report)}"


def _coverage(report: TransferReport) -> str:
    before, after = (
        f"{100 * count / report.tokens:.2f}%" if report.tokens else "none"
        for count in (report.covered_before, report.covered_after)
    )
    return f"training tokens whose word it knows: {before} as it spells them, {after} with a row taken over"


def _epochs(number: int) -> str:
    return f"{number} epoch{'' if number == 1 else 's'}"
