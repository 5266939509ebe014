"""Speed and memory of `tagger tag` on a long raw text, once and repeated: `python scripts/measure_tagging.py MODEL`.

Runs the command itself, one process each, on a book (default: the first of the books in TAGGER_DATA, which is
../shared/data beside the repository) and on the same book many times over; prints seconds, tokens a second and peak
memory of each, and their ratios. `--json` prints one JSON object as the last line.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

_CHILD = """
import resource, sys, time
from tagger.cli.app import run
code = run(sys.argv[1:])
unit = 1 if sys.platform == "darwin" else 1024
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit, file=sys.stderr)
sys.exit(code)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--book", type=Path, help="raw text, UTF-8")
    parser.add_argument("--copies", type=int, default=50, help="how often the long text repeats the book")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median counts")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    arguments = parser.parse_args()
    books = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data")) / "books"
    book = arguments.book or next(iter(sorted(books.glob("*.txt"))), None)
    if book is None or not book.is_file():
        sys.exit(f"error: expected a book, found none in {books}. Name one with --book, or set TAGGER_DATA.")
    with tempfile.TemporaryDirectory() as work:
        long = Path(work) / "long.txt"
        with long.open("wb") as file:
            for _ in range(arguments.copies):
                file.write(book.read_bytes() + b"\n")
        once = [measure(arguments.model, book, Path(work)) for _ in range(arguments.runs)]
        many = [measure(arguments.model, long, Path(work)) for _ in range(arguments.runs)]
    rows = {"1": median(once), str(arguments.copies): median(many)}
    print(f"{book.name}, median of {arguments.runs} runs, one process each, start-up included")
    print(f"{'copies':>6}  {'tokens':>11}  {'seconds':>8}  {'tokens/s':>9}  {'peak MB':>8}")
    for copies, row in rows.items():
        rate = row["tokens"] / row["seconds"]
        print(
            f"{copies:>6}  {row['tokens']:>11,.0f}  {row['seconds']:>8.2f}  {rate:>9,.0f}  {row['peak_mb']:>8.1f}"
        )
    first, last = rows.values()
    print(f"ratio of peak memory {last['peak_mb'] / first['peak_mb']:.2f}")
    if arguments.json:
        print(json.dumps({"book": book.name, "runs": arguments.runs, "copies": rows}))


def measure(model: Path, text: Path, work: Path) -> dict[str, float]:
    """One run of the command: tokens tagged, wall seconds of the whole process, peak memory (10^6 bytes)."""
    output = work / "tagged.conll"
    command = ["tag", "-m", str(model), str(text), "--output", str(output), "--force"]
    begun = time.perf_counter()
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, *command], capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - begun
    if child.returncode:
        sys.exit(child.stderr.strip())
    with output.open("rb") as file:
        tokens = sum(1 for line in file if line.strip())
    peak = int(child.stderr.split()[-1])
    return {"tokens": tokens, "seconds": seconds, "peak_mb": peak / 1e6}


def median(runs: list[dict[str, float]]) -> dict[str, Any]:
    """The median of each figure."""
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


if __name__ == "__main__":
    main()
