"""The record of a pretraining to a few lines, or one JSON object, on stdout."""

from dataclasses import asdict

from tagger.records import PretrainReport
from tagger.reports.console import print_json, print_message, print_text

CHANCE = 0.6
"""A network whose ranking accuracy is below this has learnt next to nothing; guessing comes to 0.5."""


def print_pretraining(report: PretrainReport, *, as_json: bool = False) -> None:
    """Write what a pretraining came to; scores in per cent, or fractions as JSON."""
    if as_json:
        print_json({**asdict(report), "folder": str(report.folder)})
        return
    read = f", the text read {_count(report.passes, 'time')}" if report.passes else ""
    print_text(
        f"{report.folder}: {_count(report.vocabulary, 'word')}, {_count(report.windows, 'window')} of "
        f"{_count(report.words, 'word')} of text, {_count(report.rounds, 'round')}{read}"
    )
    if report.scores:
        _print_scores(report)
    elif report.unscored:
        print_text(f"no score: {report.unscored}")
    rate = report.windows / max(report.seconds, 1e-9)
    print_text(
        f"{report.seconds:.0f} s ({rate:,.0f} windows a second), peak memory {report.peak_memory_mb:.0f} MB"
    )
    if report.ended:
        print_message(f"{report.ended[0].upper()}{report.ended[1:]}.")
    if report.interrupted:
        print_message(f"Interrupted: {report.folder} holds the last finished round.")
        if report.resumable:
            print_message(f"Go on with: tagger pretrain --resume {report.folder}")
    elif not report.windows:
        print_message(
            "Nothing was learnt: no window was taken. Either no word of the text has a row, or pretraining.subsample "
            "is too small for so little text."
        )
    else:
        sizes = " ".join(f"--set '{size}'" if "[" in size else f"--set {size}" for size in report.sizes)
        print_message(f"Start a tagger from it: tagger train SETTINGS --from {report.folder} {sizes} ...")
        print_message(f"See what it learnt: tagger neighbours {report.folder} WORD")


def _print_scores(report: PretrainReport) -> None:
    accuracy, rank = (report.scores[f"text.{name}"] for name in ("ranking_accuracy", "relative_rank"))
    print_text(
        f"held-out text: {100 * accuracy:.2f}% of the corrupted windows score "
        f"lower; the true word ranks on average behind {100 * rank:.2f}% of the vocabulary"
    )
    if accuracy < CHANCE:
        print_text("hardly better than chance (50%): it takes more text, or more time")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
