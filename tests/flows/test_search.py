"""Searches on the command line that are killed or interrupted, and go on as if nothing had happened."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.flows.program import BOTH_TASKS, SMALL, environment, read_jsonl, sample, tagger

SETTINGS = f"""\
[data]
train = ["sample.train.jsonl"]
dev = ["sample.dev.jsonl"]

{BOTH_TASKS}
{SMALL}"""
SPACE = """\
trials = 4
epochs = 4

[[stages]]
halving = 2
sample = 40
[stages.space]
optimizer.rate = { low = 1e-5, high = 1e-1, scale = "log" }

[[stages]]
seeds = 2
trials = 2
refine = 0.3
"""
SEARCH = ["search", "settings.toml", "space.toml", "--output", "out", "--workers", "2"]


def begin(folder: Path) -> None:
    sample(folder)
    (folder / "settings.toml").write_text(SETTINGS)
    (folder / "space.toml").write_text(SPACE)


def stop(
    folder: Path, *arguments: str, after: str, delay: float, by: signal.Signals
) -> tuple[int, list[str]]:
    """Run a command line in a process group of its own and send the whole group the signal `by`, `delay` seconds
    after a line on stderr that `after` matches. Its return code and its lines on stderr."""
    lines = []
    with subprocess.Popen(
        [sys.executable, "-m", "tagger", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
        env=environment(),
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line.rstrip("\n"))
            if re.search(after, line):
                time.sleep(delay)
                os.killpg(process.pid, by)
                break
        lines += process.stderr.read().splitlines()
    return process.returncode, lines


def result(folder: Path) -> tuple[list[dict[str, Any]], str]:
    trials = [{**trial, "seconds": 0} for trial in read_jsonl(folder / "out" / "trials.jsonl")]
    return trials, (folder / "out" / "best.toml").read_text()


@pytest.mark.slow
def test_a_search_that_is_killed_and_interrupted_comes_to_the_same_table(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    whole, broken = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("broken")
    begin(whole)
    begin(broken)
    tagger(*SEARCH, cwd=whole)
    code, _ = stop(broken, *SEARCH, after=r"trial +\d/4", delay=0.3, by=signal.SIGKILL)
    assert code == -signal.SIGKILL
    journal = (broken / "out" / "journal.jsonl").read_bytes()
    resume = ["search", "--resume", "out"]
    code, lines = stop(broken, *resume, "--workers", "2", after="go on with", delay=0.3, by=signal.SIGINT)
    assert code == 130
    assert lines[-2:] == [
        "Interrupted: out holds the finished trainings.",
        "Go on with: tagger search --resume out",
    ]
    assert (broken / "out" / "journal.jsonl").read_bytes().startswith(journal[: journal.rfind(b"\n") + 1])
    tagger(*resume, cwd=broken)
    assert result(broken) == result(whole)
    assert sorted(path.name for path in (broken / "out").iterdir()) == [
        "best.toml",
        "journal.jsonl",
        "settings.toml",
        "space.toml",
        "trials.jsonl",
    ]
    keys = [line["key"] for line in read_jsonl(broken / "out" / "journal.jsonl")[1:]]
    assert len(set(keys)) == len(keys)  # nothing that was finished was trained again
    tagger("train", "out/best.toml", "--output", "model", cwd=broken)
    score = json.loads((broken / "model" / "metrics.json").read_text())["score"]
    assert score > 0.3
