"""Command lines of this program as whole processes: wall seconds and peak memory of each, start-up included."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tagger.errors import TaggerError

SENTENCE = "Ada Lovelace lived in London.\n"
WORKER_COPIES = 4
"""How often the text is repeated to compare workers with one process, so that starting them weighs little."""

_CHILD = """\
import re, sys
from tagger.cli.app import run
code = run(sys.argv[1:])
sys.stdout.flush()
try:
    with open("/proc/self/status") as file:
        peak = 1024 * int(re.search(r"VmHWM:\\s*(\\d+) kB", file.read())[1])
except (OSError, TypeError):
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print("peak", peak, file=sys.stderr)
sys.exit(code)
"""
"""Says at its end how much memory it took. ru_maxrss is second best: on Linux it counts what the parent had, too."""


@dataclass(frozen=True, slots=True)
class ProcessRun:
    """What one process took."""

    seconds: float  # wall
    peak: int  # bytes resident at once


def run_process(arguments: Sequence[str], *, stdin: str = "", output: Path | None = None) -> ProcessRun:
    """Run `tagger` with `arguments` in a process of its own to its end; what it writes goes to `output` or nowhere.

    Raises TaggerError, with what it said, where it fails.
    """
    with (output or Path(os.devnull)).open("wb") as sink:
        begin = time.perf_counter()
        child = subprocess.run(
            [sys.executable, "-c", _CHILD, *arguments],
            input=stdin.encode(),
            stdout=sink,
            stderr=subprocess.PIPE,
            check=False,
        )
        seconds = time.perf_counter() - begin
    *said, last = ["", *child.stderr.decode(errors="replace").strip().split("\n")]
    peak = last.removeprefix("peak ")
    if child.returncode or not peak.isdecimal():
        found = (said[-1] if peak.isdecimal() else last) or f"exit code {child.returncode}"
        raise TaggerError(f"expected `{' '.join(['tagger', *arguments])}` to succeed, found {found}")
    return ProcessRun(seconds, int(peak))


@dataclass(frozen=True, slots=True)
class Processes:
    """Whole processes, medians of seconds and memory."""

    tag: ProcessRun  # `tagger tag` on the text
    start: float  # seconds of `tagger tag` on one short sentence
    help: float  # seconds of `tagger --help`
    workers: int  # 1: not compared
    one_worker: float  # seconds of `tagger tag` on the text WORKER_COPIES times over, by one process
    more_workers: float  # by `workers`


def measure_processes(
    path: Path, options: Sequence[str], *, workers: int, runs: int, observe: Callable[[str], None]
) -> Processes:
    """Run `tagger tag` with the `options` (model, tasks, memory) on the text of `path`, and on one sentence."""
    output = path.with_suffix(".tagged")
    tag = ["tag", *options, "--quiet"]
    observe("whole processes")
    whole = [run_process([*tag, str(path)], output=output) for _ in range(runs)]
    starts, helps = [], []
    for _ in range(runs):
        starts.append(run_process(tag, stdin=SENTENCE).seconds)
        helps.append(run_process(["--help"]).seconds)
    one, more = _with_workers([*tag, "--output", str(output), "--force"], path, workers, runs, observe)
    text = ProcessRun(median(run.seconds for run in whole), int(median(run.peak for run in whole)))
    return Processes(text, median(starts), median(helps), workers, one, more)


def _with_workers(
    tag: Sequence[str], path: Path, workers: int, runs: int, observe: Callable[[str], None]
) -> tuple[float, float]:
    """Seconds by one process and by `workers`, in turn."""
    if workers == 1:
        return 0.0, 0.0
    long = path.with_suffix(".long.txt")
    content = path.read_bytes() + b"\n\n"
    with long.open("wb") as file:
        for _ in range(WORKER_COPIES):
            file.write(content)
    one, more = [], []
    for run in range(1, runs + 1):
        observe(f"{workers} workers, run {run} of {runs}")
        one.append(run_process([*tag, "--workers", "1", str(long)]).seconds)
        more.append(run_process([*tag, "--workers", str(workers), str(long)]).seconds)
    return median(one), median(more)
