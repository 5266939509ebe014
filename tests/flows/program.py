"""The real command line in processes of its own, and the small corpora and settings that the journeys share."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"

SMALL = """\
[features]
word = { dim = 16, min_count = 1 }
prefix = { lengths = [] }
suffix = { dim = 8, lengths = [2, 3], min_count = 2 }
shape = { dim = 4, min_count = 1 }
characters = { dim = 4, filters = 8 }

[network]
window = 3
hidden = [24]

[optimizer]
rate = 0.005

[training]
epochs = 9
batch_words = 60
patience = 0
averaging = 0.9
threads = 1
"""
"""A network that is trained in seconds: every kind of feature, dropout, hidden words and averaged weights."""

BOTH_TASKS = '[tasks.upos]\n\n[tasks.ner]\nobjective = "sentence"\n'

JOINED = (
    "--train sample.train.conllu --join-train sample.train.iob2 --dev sample.dev.conllu --join-dev sample.dev.iob2"
).split()


def environment() -> dict[str, str]:
    """The environment of this process with the package on its path and nothing that changes what is printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAGGER_")}
    return {**kept, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "OMP_NUM_THREADS": "1"}


def tagger(
    *arguments: str, cwd: Path, stdin: str | None = None, code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run one command line to its end; it must end with the exit code `code` and warn of nothing."""
    result = subprocess.run(
        [sys.executable, "-m", "tagger", *arguments],
        input=stdin,
        stdin=None if stdin is not None else subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env=environment(),
        check=False,
    )
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr and "Warning" not in result.stderr, result.stderr
    return result


def signalled(
    *arguments: str, cwd: Path, after: str, delay: float, by: signal.Signals
) -> tuple[int, list[str]]:
    """Run a command line and send it the signal `by`, `delay` seconds after it wrote a line on stderr that `after`
    matches. Its return code and the lines on stderr."""
    lines = []
    command = [sys.executable, "-m", "tagger", *arguments]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=cwd,
        env=environment(),
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line.rstrip("\n"))
            if re.search(after, line):
                time.sleep(delay)
                process.send_signal(by)
                break
        lines += process.stderr.read().splitlines()
    return process.returncode, lines


def sample(folder: Path) -> Path:
    """A copy of the sample corpus in `folder`."""
    for path in DATA.glob("sample.*"):
        shutil.copy(path, folder)
    return folder


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below `folder`: files with their bytes, folders with None."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def arrays(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The arrays of a safetensors file and the text beside them."""
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118


def assert_same_training(one: Path, other: Path) -> None:
    """Two runs came to the same weights, the same state and the same history; only the clock may differ."""
    for name in ("weights.safetensors", "last.safetensors"):
        (left, _), (right, _) = arrays(one / name), arrays(other / name)
        assert left.keys() == right.keys()
        for key, array in left.items():
            np.testing.assert_array_equal(array, right[key], err_msg=f"{name}: {key}", strict=True)
    states = [json.loads(arrays(run / "last.safetensors")[1]["state"]) for run in (one, other)]
    assert _timeless(states[0]) == _timeless(states[1])
    assert (one / "metrics.json").read_text() == (other / "metrics.json").read_text()
    assert _timeless(read_jsonl(one / "history.jsonl")) == _timeless(read_jsonl(other / "history.jsonl"))


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key != "seconds"}
    return [_timeless(item) for item in value] if isinstance(value, list) else value


def entities(tags: Sequence[Sequence[str]]) -> set[tuple[int, int, int, str]]:
    """(sentence, first token, end, type) of every entity in IOB2 tags, found without the package's code."""
    found = set()
    for number, sentence in enumerate(tags):
        text = " ".join(f"{tag}@{place}" for place, tag in enumerate(sentence))
        for match in re.finditer(r"B-(\w+)@(\d+)(?: I-\1@\d+)*", text):
            length = match.group().count("@")
            found.add((number, int(match[2]), int(match[2]) + length, match[1]))
    return found
