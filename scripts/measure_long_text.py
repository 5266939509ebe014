"""Cost per token of `tagger tag` from short texts to very long ones: `python scripts/measure_long_text.py MODEL`.

Runs the command itself, one process each, on raw text of 10,000, 100,000, ... tokens up to --largest, from a file to
a file, and prints wall seconds, tokens a second, microseconds a token with and without start-up (the time of one
sentence, measured before each run), the same of the processor's own time (wall time counts other programs on a busy
machine, too) and peak memory, beside the figures of the smallest text. --plot FILE.png draws them.

The text: --text FILES, or text/*.txt* of TAGGER_DATA (../shared/data beside the repository without it), or its books,
paragraph after paragraph; from the second time round in random order. Every text begins as the longer ones do.
Files are written below --work and deleted after each size: 100 million tokens take 2.5 GB there.
"""

import argparse
import bz2
import gzip
import json
import lzma
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data"))

SMALLEST, LARGEST = 10_000, 100_000_000  # tokens
CHARACTERS = 4.9  # of a token, white space included; corrected by what the text before it had
SHUFFLED = 20_000  # paragraphs among which the next one is drawn when the text comes round again
BYTES_A_TOKEN = 30  # of text and tags together, for a look at the room on disk
SENTENCE = "Ada Lovelace lived in London.\n"
OPEN: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}

_CHILD = """
import re, resource, sys
from tagger.cli.app import run
if __name__ == "__main__":
    code = run(sys.argv[1:])
    sys.stdout.flush()
    unit = 1 if sys.platform == "darwin" else 1024
    own = unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:  # on Linux ru_maxrss counts what the parent had, too
        own = 1024 * int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
    except (OSError, TypeError):
        pass
    workers = unit * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print("peak", own, workers, file=sys.stderr)
    sys.exit(code)
"""
"""A file, not a command: processes that it starts import it again."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--text", type=Path, nargs="+", help="raw text, UTF-8, plain or .gz, .bz2, .xz")
    parser.add_argument("--largest", type=int, default=LARGEST, help=f"tokens, default {LARGEST:,}")
    parser.add_argument(
        "--runs", type=int, default=5, help="runs of which the median counts; of the largest one"
    )
    parser.add_argument("--workers", type=int, help="as of `tagger tag`")
    parser.add_argument("--work", type=Path, help="folder for the texts; default: a temporary one")
    parser.add_argument("--plot", type=Path, help="PNG file to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    arguments = parser.parse_args()
    files = arguments.text or sorted((DATA / "text").glob("*.txt*")) or sorted((DATA / "books").glob("*.txt"))
    if not files:
        sys.exit(f"error: expected text, found none in {DATA}. Name some with --text, or set TAGGER_DATA.")
    if not (arguments.model / "model.json").is_file():
        sys.exit(f"error: {arguments.model}: expected a model folder, found none.")
    sizes = decades(arguments.largest)
    options = ["-m", str(arguments.model.resolve())]
    options += ["--workers", str(arguments.workers)] if arguments.workers else []
    with tempfile.TemporaryDirectory(dir=arguments.work) as work:
        check_room(Path(work), sizes[-1])
        found = measure(files, sizes, options, runs=arguments.runs, seed=arguments.seed, work=Path(work))
    source = f"{files[0].parent.name}, {len(files)} files" if len(files) > 1 else files[0].name
    print_table(found, source, arguments.runs)
    if arguments.plot:
        draw(found, arguments.plot, arguments.workers or 1)
    if arguments.json:
        print(
            json.dumps(
                {"text": source, "workers": arguments.workers or 1, "runs": arguments.runs, "texts": found}
            )
        )


def decades(largest: int) -> list[int]:
    """SMALLEST times 1, 10, 100 ... up to `largest`, which is always the last."""
    sizes = []
    size = SMALLEST
    while size < largest:
        sizes.append(size)
        size *= 10
    return [*sizes, largest]


def check_room(folder: Path, tokens: int) -> None:
    """End the program where the disk has too little room."""
    needed, free = tokens * BYTES_A_TOKEN, shutil.disk_usage(folder).free
    if free < needed:
        room = f"expected {needed / 1e9:.1f} GB of room, found {free / 1e9:.1f} GB"
        sys.exit(f"error: {folder}: {room}. Pass --work or --largest.")


def measure(
    files: Sequence[Path], sizes: Sequence[int], options: Sequence[str], *, runs: int, seed: int, work: Path
) -> list[dict[str, float]]:
    """For each size the medians of the runs' figures; before each run one of a single sentence, for the start-up."""
    child, sentence, text, output = (
        work / name for name in ("child.py", "one.txt", "text.txt", "tagged.conll")
    )
    child.write_text(_CHILD)
    sentence.write_text(SENTENCE)
    rows: list[dict[str, float]] = []
    characters = CHARACTERS
    for tokens in sizes:
        written = write_text(text, paragraphs(files, seed), int(tokens * characters))
        figures = []
        for _ in range(runs if tokens < sizes[-1] or len(sizes) == 1 else 1):
            start, one = (run(child, path, output, options) for path in (sentence, text))
            after = {f"{kind}_after_start": one[kind] - start[kind] for kind in ("seconds", "processor")}
            figures.append({**one, **after, "start_seconds": start["seconds"]})
        row = median(figures)
        characters = written / row["tokens"]
        row["characters"] = written
        row["microseconds"] = 1e6 * row["seconds"] / row["tokens"]
        row["microseconds_after_start"] = 1e6 * row["seconds_after_start"] / row["tokens"]
        row["processor_microseconds"] = 1e6 * row["processor_after_start"] / row["tokens"]
        rows.append(row)
        print(f"{row['tokens']:,.0f} tokens: {row['seconds']:.2f} s", file=sys.stderr)
    return rows


def paragraphs(files: Sequence[Path], seed: int) -> Iterator[str]:
    """The paragraphs of the files without end: in their order first, then again and again in random order."""
    yield from read_paragraphs(files)
    random = np.random.default_rng(seed)
    while True:
        waiting: list[str] = []
        for paragraph in read_paragraphs(files):
            waiting.append(paragraph)
            if len(waiting) > SHUFFLED:
                at = int(random.integers(len(waiting)))
                waiting[at], waiting[-1] = waiting[-1], waiting[at]
                yield waiting.pop()
        random.shuffle(waiting)
        yield from waiting


def read_paragraphs(files: Sequence[Path]) -> Iterator[str]:
    """The paragraphs of the files, each with one blank line behind it: what stands between blank lines."""
    for path in files:
        with OPEN.get(path.suffix, open)(path, "rt", encoding="utf-8") as file:
            lines: list[str] = []
            for line in file:
                if line.strip():
                    lines.append(line)
                elif lines:
                    yield "".join(lines) + "\n"
                    lines = []
            if lines:
                yield "".join(lines).rstrip("\n") + "\n\n"


def write_text(path: Path, text: Iterator[str], characters: int) -> int:
    """Write paragraphs until there are `characters`; how many there are."""
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for paragraph in text:
            file.write(paragraph)
            written += len(paragraph)
            if written >= characters:
                break
    return written


def run(child: Path, text: Path, output: Path, options: Sequence[str]) -> dict[str, float]:
    """One run of the command: tokens, wall and processor seconds of all its processes, peak memory."""
    command = [sys.executable, str(child), "tag", *options, str(text), "--output", str(output), "--force"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    before, begun = os.times(), time.perf_counter()
    process = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    seconds, after = time.perf_counter() - begun, os.times()
    output.unlink(missing_ok=True)
    counted = re.search(r"([\d,]+) tokens", process.stderr)
    if process.returncode or counted is None:
        sys.exit(process.stderr.strip() or f"error: `tagger tag` ended with exit code {process.returncode}")
    own, workers = process.stderr.split()[-2:]
    return {
        "tokens": int(counted[1].replace(",", "")),
        "seconds": seconds,
        "processor": sum(after[2:4]) - sum(before[2:4]),  # of children, user and system
        "peak_mb": int(own) / 1e6,
        "worker_mb": int(workers) / 1e6,  # of the largest worker, 0 without
    }


def median(runs: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def print_table(rows: Sequence[dict[str, float]], source: str, runs: int) -> None:
    """Write the figures, and what became of them from the smallest text to the largest."""
    start = statistics.median(row["start_seconds"] for row in rows)
    print(
        f"{source}; one process each, median of {runs} runs, of the largest text one; start-up {start:.2f} s"
    )
    columns = ("tokens", "seconds", "tokens/s", "us/token", "after start", "ratio", "processor", "ratio")
    print("  ".join(f"{column:>11}" for column in (*columns, "peak MB", "ratio", "worker MB")))
    first = rows[0]
    for row in rows:
        cells = [
            f"{row['tokens']:,.0f}",
            f"{row['seconds']:.2f}",
            f"{row['tokens'] / row['seconds']:,.0f}",
            f"{row['microseconds']:.2f}",
            f"{row['microseconds_after_start']:.2f}",
            f"{row['microseconds_after_start'] / first['microseconds_after_start']:.2f}",
            f"{row['processor_microseconds']:.2f}",
            f"{row['processor_microseconds'] / first['processor_microseconds']:.2f}",
            f"{row['peak_mb']:.0f}",
            f"{row['peak_mb'] / first['peak_mb']:.2f}",
            f"{row['worker_mb']:.0f}",
        ]
        print("  ".join(f"{cell:>11}" for cell in cells))


def draw(rows: Sequence[dict[str, float]], path: Path, workers: int) -> None:
    """Draw cost and memory over the length of the text."""
    from matplotlib.figure import Figure

    tokens = [row["tokens"] for row in rows]
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    cost, memory = figure.subplots(1, 2)
    cost.plot(tokens, [row["microseconds"] for row in rows], "o--", label="whole process")
    cost.plot(tokens, [row["microseconds_after_start"] for row in rows], "o-", label="without start-up")
    cost.plot(
        tokens, [row["processor_microseconds"] for row in rows], "o:", label="without, of the processor"
    )
    cost.set(title="cost", ylabel="microseconds a token", yscale="log")
    cost.legend(frameon=False)
    memory.plot(tokens, [row["peak_mb"] for row in rows], "o-", label="first process")
    if workers > 1:
        memory.plot(tokens, [row["worker_mb"] for row in rows], "o--", label="largest worker")
        memory.legend(frameon=False)
    memory.set(title="peak memory", ylabel="MB", ylim=(0, None))
    for axes in (cost, memory):
        axes.set(xlabel="tokens of the text", xscale="log")
        axes.grid(color="#E4E4E4")
    figure.savefig(path, dpi=150, format="png")


if __name__ == "__main__":
    main()
