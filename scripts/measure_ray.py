"""What Ray Data costs: the same files tagged in processes and by the actors of `tagger tag --engine ray`.

python scripts/measure_ray.py MODEL TEXT [--files 8] [--megabytes 40] [--runs 3]

TEXT (plain, or .xz, .gz, .bz2) is cut into files of whole lines. Prints seconds of the tagging itself, as the command
reports them, and of whole processes, medians of runs by turns; and the bytes of text and of outputs that a token takes.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tagger.text.lines import open_bytes

WAYS = {
    "one process": ["--workers", "1"],
    "two processes": ["--workers", "2"],
    "Ray, one actor": ["--engine", "ray", "--workers", "1"],
    "Ray, two actors": ["--engine", "ray", "--workers", "2"],
}
REPORT = re.compile(r"([\d,]+) tokens in ([\d.]+) s")


def cut(text: str, folder: Path, *, files: int, size: int) -> int:
    """Write `size` bytes of a text, or all of it, to files of about the same size; how many bytes they are."""
    written = 0
    with open_bytes(text) as lines:
        for number in range(files):
            with (folder / f"{number:03d}.txt").open("wb") as file:
                while written < size * (number + 1) // files and (line := lines.readline()):
                    written += file.write(line)
    return written


def run(model: str, folder: Path, way: str, *more: str) -> tuple[int, float, float, int]:
    """Tokens, seconds of tagging, seconds of the process, bytes written."""
    output = folder.parent / "out"
    shutil.rmtree(output, ignore_errors=True)
    command = [
        sys.executable,
        "-m",
        "tagger",
        "tag",
        "-m",
        model,
        str(folder),
        "-o",
        f"{output}/",
        *WAYS[way],
        *more,
    ]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    result = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True)
    seconds = time.perf_counter() - start
    found = REPORT.search(result.stderr)
    assert found is not None, result.stderr
    size = sum(path.stat().st_size for path in output.rglob("*") if not path.name.startswith("."))
    return int(found[1].replace(",", "")), float(found[2]), seconds, size


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("model")
    parser.add_argument("text")
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--megabytes", type=float, default=40)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "in")
        folder.mkdir()
        size = cut(options.text, folder, files=options.files, size=int(options.megabytes * 1e6))
        seconds: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
        for _ in range(options.runs):
            for way, found in seconds.items():
                tokens, tagging, whole, written = run(options.model, folder, way)
                found.append((tagging, whole))
        print(
            f"{size:,} bytes, {tokens:,} tokens ({size / tokens:.2f} bytes each), columns {written / tokens:.2f} bytes"
        )
        for output_format in ("jsonl", "parquet"):
            tokens, _, _, written = run(options.model, folder, "one process", "--format", output_format)
            print(f"{output_format}: {written / tokens:.2f} bytes a token")
        print("\n| | tagging, s | tokens/s | to one process | whole command, s |\n|---|---|---|---|---|")
        first = statistics.median(tagging for tagging, _ in seconds["one process"])
        for way, found in seconds.items():
            tagging, whole = (statistics.median(values) for values in zip(*found, strict=True))
            print(
                f"| {way} | {tagging:.1f} | {tokens / tagging:,.0f} | {first / tagging:.2f} | {whole:.1f} |"
            )


if __name__ == "__main__":
    main()
