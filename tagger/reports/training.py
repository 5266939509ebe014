"""The record of a training to a few lines, or one JSON object, on stdout."""

from dataclasses import asdict

from tagger.records import TrainReport
from tagger.reports.console import print_json, print_message, print_text


def print_training(report: TrainReport, *, as_json: bool = False) -> None:
    """Write what a training came to; scores in per cent, or fractions as JSON."""
    if as_json:
        print_json({**asdict(report), "folder": str(report.folder)})
        return
    scores = ", ".join(f"{name} {100 * value:.2f}" for name, value in report.scores.items())
    print_text(
        f"{report.folder}: best after epoch {report.best_epoch} of {report.epochs}"
        + (f" ({scores})" if scores else "")
    )
    print_text(f"{report.seconds:.0f} s, peak memory {report.peak_memory_mb:.0f} MB")
    if report.interrupted:
        print_message(f"Interrupted: {report.folder} holds the best weights so far.")
        print_message(f"Go on with: tagger train --resume {report.folder}")
    else:
        print_message(f"Tag text with it: tagger tag -m {report.folder} FILE")
