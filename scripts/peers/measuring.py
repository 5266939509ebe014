"""Engines to seconds and memory: one process each, one core, one thread, their runs by turns; medians."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers.engines import ENGINES

CHILD = Path(__file__).with_name("child.py")
THREADS = ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB", "NUMEXPR")
ONE_SENTENCE = "Ada Novak lives in New York.\n"


class MeasuringError(Exception):
    """A process that did not do what it should."""


@dataclass(frozen=True)
class Job:
    """An engine's command, and where it leaves tokens to count."""

    name: str
    command: list[str]
    output: Path | None = None


def one_thread() -> dict[str, str]:
    """The environment of every process: one thread, whichever library counts."""
    return {**os.environ, **{f"{library}_NUM_THREADS": "1" for library in THREADS}, "NO_COLOR": "1"}


def stay_on_one_core(core: int | None) -> int | None:
    """Bind this process, and those it starts, to one core, by default the last; None where that cannot be done."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    chosen = max(os.sched_getaffinity(0)) if core is None else core
    os.sched_setaffinity(0, {chosen})
    return chosen


def call_child(*arguments: str) -> dict[str, Any]:
    """What `child.py` prints as JSON; its progress goes on to stderr."""
    done = subprocess.run(
        [sys.executable, str(CHILD), *arguments],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        env=one_thread(),
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise MeasuringError(f"{arguments[0]} {arguments[1]}: expected exit code 0, found {done.returncode}")
    return dict(json.loads(done.stdout.splitlines()[-1])) if done.stdout.strip() else {}


def text_job(name: str, engine: str, folder: Path, text: Path, work: Path) -> Job:
    """Raw text to written tags, in one process; tagger's own is its command."""
    output = work / f"{engine}.columns"
    if ENGINES[engine].module == "window_network":
        tasks = [part for task in ENGINES[engine].tasks for part in ("-t", task)]
        command = [
            sys.executable,
            "-P",
            "-m",
            "tagger",
            "tag",
            str(text),
            "-m",
            str(folder / "model"),
            *tasks,
        ]
        return Job(name, [*command, "--output", str(output), "--force"], output)
    return Job(
        name, [sys.executable, str(CHILD), "text", engine, str(folder), str(text), str(output)], output
    )


def tokens_job(engine: str, folder: Path, dev: Path) -> Job:
    """Ready tokens to tags in memory, in one process."""
    passes = str(ENGINES[engine].passes)
    return Job(engine, [sys.executable, str(CHILD), "tokens", engine, str(folder), str(dev), passes])


def run_by_turns(jobs: Sequence[Job], runs: int) -> dict[str, dict[str, float]]:
    """The medians of each job's figures; every job runs once before any runs again."""
    found: dict[str, list[dict[str, float]]] = {job.name: [] for job in jobs}
    for _ in range(runs):
        for job in jobs:
            found[job.name].append(run_job(job))
    return {name: medians(figures) for name, figures in found.items()}


def run_job(job: Job) -> dict[str, float]:
    """Seconds, those on the processor, and peak memory (10^6 bytes) of the whole process, and tokens written or what it
    printed as JSON.

    The peak of a child counts what its parent held: this process must load nothing large.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        child = subprocess.Popen(
            job.command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, env=one_thread()
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        for file in (out, errors):
            file.seek(0)
        if child.returncode:
            raise MeasuringError(f"{' '.join(job.command)}\n{errors.read().decode(errors='replace').strip()}")
        printed = out.read().decode()
    unit = 1 if sys.platform == "darwin" else 1024
    cpu = usage.ru_utime + usage.ru_stime
    figures = {"seconds": seconds, "cpu_seconds": cpu, "peak_mb": usage.ru_maxrss * unit / 1e6}
    if job.output is not None:
        return {**figures, "tokens": count_tokens(job.output)}
    return {**figures, **json.loads(printed.splitlines()[-1])}


def count_tokens(path: Path) -> int:
    """The lines of a file of columns that are not blank."""
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())


def medians(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}
