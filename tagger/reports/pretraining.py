"""The record of a pretraining to a few lines, or one JSON object, on stdout."""

from dataclasses import asdict

from tagger.records import PretrainReport
from tagger.reports.console import print_json, print_message, print_text


def print_pretraining(report: PretrainReport, *, as_json: bool = False) -> None:
    """Write what a pretraining came to; scores in per cent, or fractions as JSON."""
    if as_json:
        print_json({**asdict(report), "folder": str(report.folder)})
        return
    print_text(
        f"{report.folder}: {report.vocabulary:,} words, {report.windows:,} windows of {report.words:,} words of text, "
        f"{report.rounds} rounds"
    )
    if report.scores:
        accuracy, rank = (report.scores[f"text.{name}"] for name in ("ranking_accuracy", "relative_rank"))
        print_text(
            f"held-out text: {100 * accuracy:.2f}% of the corrupted windows score "
            f"lower; the true word ranks on average behind {100 * rank:.2f}% of the vocabulary"
        )
    rate = report.windows / max(report.seconds, 1e-9)
    print_text(
        f"{report.seconds:.0f} s ({rate:,.0f} windows a second), peak memory {report.peak_memory_mb:.0f} MB"
    )
    if report.interrupted:
        print_message(f"Interrupted: {report.folder} holds the last finished round.")
        print_message(f"Go on with: tagger pretrain --resume {report.folder}")
    else:
        print_message(f"Start a tagger from it: tagger train --set transfer.model={report.folder} ...")
        print_message(f"See what it learnt: tagger neighbours {report.folder} WORD")
