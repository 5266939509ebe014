"""The record of layers taken from another model to a table on stdout, and to one line."""

from collections.abc import Mapping, Sequence

from tagger.records import TransferReport
from tagger.reports.console import print_table, print_text


def print_transfer(report: TransferReport) -> None:
    """Write what became of each layer, how words were matched and how many tokens they cover; shares in per cent."""
    columns = "; of trunk.0 columns" if any(r.layer == "trunk.0" for r in report.layers) else ""
    print_table(
        ["layer", "copied", "new", "dropped", "note"],
        [[r.layer, f"{r.copied:,}", f"{r.new:,}", f"{r.dropped:,}", r.note] for r in report.layers],
        title=f"Taken from {report.source} (rows{columns}):",
        left=(0, 4),
    )
    if report.matched:
        print_text(f"words: {', '.join(f'{count:,} {kind}' for kind, count in report.matched.items())}")
    if _takes_words(report):
        print_text(_coverage(report))
    for line in learning_lines(report.frozen, report.thaw):
        print_text(line)


def learning_lines(
    freeze: Sequence[str], thaw: Mapping[str, int], rates: Mapping[str, float] | None = None
) -> list[str]:
    """Which layers do not learn, or not at first, and which learn at a rate of their own."""
    frozen = [layer for layer in freeze if layer not in thaw]
    thawed = [f"{layer} after {_epochs(number)}" for layer, number in thaw.items()]
    factors = [f"{layer} x {factor:g}" for layer, factor in (rates or {}).items()]
    parts = {"do not learn": frozen, "learn later": thawed, "rates": factors}
    return [f"{what}: {', '.join(layers)}" for what, layers in parts.items() if layers]


def origin_line(source: str, layers: Sequence[str], frozen: Sequence[str], thaw: Mapping[str, int]) -> str:
    """Where a model comes from, as one line."""
    fixed = ", ".join(layer for layer in frozen if layer not in thaw)
    return f"started from {source}: {', '.join(layers) or 'no layers'}" + (
        f"; frozen: {fixed}" if fixed else ""
    )


def summary(report: TransferReport) -> str:
    """What was taken, as one line for the person watching."""
    layers = ", ".join(f"{r.layer} ({r.copied:,} of {r.copied + r.new:,})" for r in report.layers)
    coverage = f"; {_coverage(report)}" if _takes_words(report) else ""
    return f"{report.source}: {layers}{coverage}"


def _takes_words(report: TransferReport) -> bool:
    return any(layer.layer == "lookup.word" for layer in report.layers)


def _coverage(report: TransferReport) -> str:
    before, after = (
        f"{100 * count / report.tokens:.2f}%" if report.tokens else "none"
        for count in (report.covered_before, report.covered_after)
    )
    return f"training tokens whose word it knows: {before} as it spells them, {after} with a row taken over"


def _epochs(number: int) -> str:
    return f"{number} epoch{'' if number == 1 else 's'}"
