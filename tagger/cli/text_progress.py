"""How far `tagger tag` and `tagger score` are, on stderr: a line while they run, errors and counts at the end."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from tagger.recipes.text_run import TagReport

DAY, HOUR, MINUTE = 86_400, 3_600, 60


def counts(report: "TagReport") -> str:
    """What was tagged, how long it took and how fast it was."""
    rate = f" ({report.tokens / report.seconds:,.0f} tokens/s)" if report.tokens and report.seconds else ""
    sentences, tokens = counted(report.sentences, "sentence"), counted(report.tokens, "token")
    return f"{sentences}, {tokens} in {report.seconds:.2f} s{rate}"


def counted(number: int, thing: str) -> str:
    """So many things: 1 file, 2,000 files."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def closing(report: "TagReport") -> str:
    """The last line of a run."""
    parts = [counted(report.files, "file")] if report.files > 1 or report.failed or report.skipped else []
    parts.append(counts(report))
    if report.skipped:
        parts.append(f"{report.skipped:,} done before")
    if report.failed:
        parts.append(f"{len(report.failed):,} failed")
    if report.linked_folders:
        parts.append(f"{counted(report.linked_folders, 'folder link')} not followed")
    return ", ".join(parts)


def finish(report: "TagReport", *, quiet: bool) -> None:
    """Name what failed, then close; ends the command with exit code 1 if anything did."""
    for error in report.failed:
        sys.stderr.write(f"error: {' '.join(str(error).split())}\n")
    if not quiet:
        sys.stderr.write(closing(report) + "\n")
    if report.failed:
        sys.stdout.flush()
        raise typer.Exit(1)


@contextmanager
def progress_line(*, quiet: bool) -> Iterator["ProgressLine | None"]:
    """A progress line while the block runs; None where nobody would see it."""
    line = ProgressLine() if not quiet and sys.stderr.isatty() else None
    try:
        yield line
    finally:
        if line is not None:
            line.clear()


class ProgressLine:
    """One line on stderr, written over a few times a second."""

    INTERVAL = 0.2  # seconds

    def __init__(self) -> None:
        self._next = time.monotonic() + self.INTERVAL
        self._shown = False

    def __call__(self, report: "TagReport") -> None:
        now = time.monotonic()
        if now >= self._next:
            sys.stderr.write(f"\r\x1b[K{so_far(report)}")
            sys.stderr.flush()
            self._next, self._shown = now + self.INTERVAL, True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def so_far(report: "TagReport") -> str:
    """How much is done, how fast it goes and how long it will take."""
    rate = f"{report.tokens / report.seconds:,.0f} tokens/s" if report.seconds else ""
    done = report.files + report.skipped + len(report.failed)
    parts = [f"{done:,}/{report.total:,} files"] if report.total > 1 else []
    parts += [f"{report.tokens:,} tokens", rate]
    if report.size and report.bytes:
        share = min(1.0, report.bytes / report.size)
        parts += [f"{share:.0%}", f"{duration(report.seconds * (1 - share) / share)} left"]
    if report.failed:
        parts.append(f"{len(report.failed):,} failed")
    return ", ".join(parts) + f"  {report.path[-30:]}"


def duration(seconds: float) -> str:
    """Seconds as 3:05, 1:02:03 or 2 d 03:04."""
    whole = int(seconds + 0.5)
    if whole >= DAY:
        return f"{whole // DAY} d {whole % DAY // HOUR:02d}:{whole % HOUR // MINUTE:02d}"
    if whole >= HOUR:
        return f"{whole // HOUR}:{whole % HOUR // MINUTE:02d}:{whole % MINUTE:02d}"
    return f"{whole // MINUTE}:{whole % MINUTE:02d}"
