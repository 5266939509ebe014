"""A folder tagged in spite of SIGKILL: `python scripts/measure_resume.py MODEL`.

Cuts real text into many files in a tree of folders, tags them once without a break, then again with a process that is
killed ten times at random moments and resumed each time (`tagger tag --resume`), with each number of --workers.
Compares the trees byte for byte, counts the files that were there at each kill and those that were written again
afterwards, looks for processes and files left behind, and prints how much longer it all took. Exit code 1 where a byte
differs, a file is missing or too many, or one that was complete was written again.

The text: --text FILES, or the books of TAGGER_DATA (../shared/data beside the repository without it), as often as
needed.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data"))
MANIFEST = ".tagger-manifest.jsonl"
SMALLEST, LARGEST = 300, 300_000  # characters of a file, spread evenly over the orders of magnitude
FILES_A_FOLDER = 25
PATIENCE = 10.0  # seconds in which the workers of a killed process must have ended


@dataclass
class Outcome:
    """What became of the folder that was tagged in spite of kills."""

    workers: int
    seconds: float  # of the run without a break
    resumed_seconds: float  # of all runs with kills, together
    kills: int = 0
    files_at_kills: list[int] = field(default_factory=list)
    written_again: list[str] = field(default_factory=list)  # complete before a kill, another file afterwards
    different: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    processes_left: int = 0  # kills after which a worker lived on

    @property
    def good(self) -> bool:
        """Whether nothing was lost, changed, done twice or left behind."""
        wrong = (self.written_again, self.different, self.missing, self.left_behind, self.processes_left)
        return not any(wrong)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--text", type=Path, nargs="+", help="raw text, UTF-8")
    parser.add_argument("--files", type=int, default=600)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help="folder for texts and tags; default: a temporary one")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    arguments = parser.parse_args()
    texts = arguments.text or sorted((DATA / "books").glob("*.txt"))
    if not texts:
        sys.exit(
            f"error: expected text, found none in {DATA / 'books'}. Name some with --text, or set TAGGER_DATA."
        )
    outcomes = []
    with tempfile.TemporaryDirectory(dir=arguments.work) as work:
        source = Path(work) / "texts"
        characters = write_files(texts, source, arguments.files, random.Random(arguments.seed))
        print(
            f"{arguments.files} files, {characters:,} characters; {arguments.kills} kills, seed {arguments.seed}"
        )
        for workers in arguments.workers:
            command = [
                sys.executable,
                "-m",
                "tagger",
                "tag",
                "-m",
                str(arguments.model.resolve()),
                str(source),
            ]
            command += ["--workers", str(workers), "--quiet"]
            draw = random.Random(f"{arguments.seed} {workers}")
            outcome = measure(command, Path(work) / str(workers), workers, arguments.kills, draw)
            outcomes.append(outcome)
            print_outcome(outcome)
    if arguments.json:
        print(
            json.dumps(
                {"files": arguments.files, "seed": arguments.seed, "runs": [asdict(o) for o in outcomes]}
            )
        )
    sys.exit(0 if all(outcome.good for outcome in outcomes) else 1)


def write_files(texts: Sequence[Path], folder: Path, count: int, draw: random.Random) -> int:
    """Write `count` files of all sizes below `folder`, cut behind lines; how many characters they have."""
    lines = [line for path in texts for line in path.read_text(encoding="utf-8").splitlines(keepends=True)]
    at = total = 0
    for number in range(count):
        wanted = SMALLEST * (LARGEST / SMALLEST) ** draw.random()
        part: list[str] = []
        length = 0
        while length < wanted:
            part.append(lines[at % len(lines)])
            length += len(part[-1])
            at += 1
        path = folder / f"{number // FILES_A_FOLDER:03}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(part), encoding="utf-8")
        total += length
    return total


def measure(command: Sequence[str], work: Path, workers: int, kills: int, draw: random.Random) -> Outcome:
    """Tag once without a break and once with kills, and compare."""
    work.mkdir()
    whole, resumed = work / "whole", work / "resumed"
    begun = time.perf_counter()
    finish([*command, "--output", f"{whole}/"])
    outcome = Outcome(workers, time.perf_counter() - begun, 0.0)
    complete: dict[str, tuple[int, int]] = {}
    files = len(results(whole))
    for kill in range(kills):
        left = outcome.seconds * (1 - len(complete) / files)  # of the work, start-up included
        delay = draw.uniform(0, 2 * left / (kills - kill + 1))
        begun = time.perf_counter()
        ended = killed([*command, "--output", f"{resumed}/", "--resume"], delay, outcome)
        outcome.resumed_seconds += time.perf_counter() - begun
        note_rewritten(outcome, complete, resumed)
        complete = identities(resumed)
        if ended:
            print(f"note: it was done before kill {outcome.kills + 1}; pass more --files", file=sys.stderr)
            break
        outcome.kills += 1
        outcome.files_at_kills.append(len(complete))
    begun = time.perf_counter()
    finish([*command, "--output", f"{resumed}/", "--resume"])
    outcome.resumed_seconds += time.perf_counter() - begun
    note_rewritten(outcome, complete, resumed)
    compare(outcome, contents(whole), contents(resumed))
    return outcome


def finish(command: Sequence[str]) -> None:
    """Run the command to its end; the program ends where it fails."""
    process = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    if process.returncode:
        sys.exit(process.stderr.strip() or f"error: `tagger tag` ended with exit code {process.returncode}")


def killed(command: Sequence[str], delay: float, outcome: Outcome) -> bool:
    """Start the command and kill it, not its workers, after `delay` seconds; whether it ended before."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    ) as process:
        try:
            _, said = process.communicate(timeout=delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            outcome.processes_left += not group_ends(process.pid)
            return False
    if process.returncode:
        sys.exit(said.strip() or f"error: `tagger tag` ended with exit code {process.returncode}")
    return True


def group_ends(group: int) -> bool:
    """Whether all processes of a group end by themselves."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def environment() -> dict[str, str]:
    """That of this process, with the package on its path."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


def results(folder: Path) -> list[Path]:
    """The files below `folder` but the manifest and temporary ones."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    """Which file stands under each name: a rewritten one has another number or another time."""
    found = ((path, path.stat()) for path in results(folder))
    return {str(path.relative_to(folder)): (stat.st_ino, stat.st_mtime_ns) for path, stat in found}


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of everything below `folder` but the manifest."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def note_rewritten(outcome: Outcome, before: dict[str, tuple[int, int]], folder: Path) -> None:
    """Add the files that are no longer those of `before`."""
    now = identities(folder)
    outcome.written_again += [name for name, identity in before.items() if now.get(name) != identity]


def compare(outcome: Outcome, whole: dict[str, bytes], resumed: dict[str, bytes]) -> None:
    """Note what differs between the two trees."""
    outcome.missing = sorted(whole.keys() - resumed.keys())
    outcome.left_behind = sorted(resumed.keys() - whole.keys())
    outcome.different = sorted(name for name in whole.keys() & resumed.keys() if whole[name] != resumed[name])


def print_outcome(outcome: Outcome) -> None:
    """Write what happened, and every name that is wrong."""
    at = ", ".join(map(str, outcome.files_at_kills))
    print(f"workers {outcome.workers}: {outcome.kills} kills, with {at} files complete")
    ratio = outcome.resumed_seconds / outcome.seconds
    print(
        f"  without a break {outcome.seconds:.1f} s, with kills {outcome.resumed_seconds:.1f} s ({ratio:.2f} times)"
    )
    if outcome.good:
        print("  the same files, byte for byte; none was written twice")
    for name in ("different", "missing", "left_behind", "written_again"):
        found = getattr(outcome, name)
        if found:
            print(f"  {name.replace('_', ' ')}: {len(found)}: {', '.join(found[:5])}")
    if outcome.processes_left:
        print(f"  workers lived on after {outcome.processes_left} kills")


if __name__ == "__main__":
    main()
