"""`tagger tag --engine ray` on two cores of this machine, one of whose actors is killed at its work."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tagger.saved import write_model
from tests.flows.program import environment, tagger, tree
from tests.inference.random_models import random_model

pytest.importorskip("ray.data", reason="needs Ray: pip install 'tagger[ray]'")

PART = re.compile(r"\..+\.(\d+)\.tagger-part")
MANIFEST = ".tagger-manifest.jsonl"
PATIENCE = 120  # seconds


def kill_a_writer(folder, process):
    """Kill the process that writes one of the temporary files below `folder`, which tell by their names which it is."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, process.stderr.read()
        for path in folder.glob("*.tagger-part") if folder.is_dir() else ():
            if path.is_file() and (found := PART.fullmatch(path.name)):
                os.kill(int(found[1]), signal.SIGKILL)
                return
        time.sleep(0.01)
    raise AssertionError("no actor began to write")


def test_a_killed_actor_changes_nothing(tmp_path):
    (tmp_path / "model").mkdir()
    write_model(tmp_path / "model", random_model(1))
    (tmp_path / "news").mkdir()
    for number in range(3):
        (tmp_path / "news" / f"{number}.txt").write_text("Ada lives in Paris, walking. " * 15_000)
    tagger("tag", "-m", "model", "news", "-o", "one/", cwd=tmp_path)
    arguments = "tag -m model news -o other/ --engine ray --workers 2".split()
    environ = {name: value for name, value in environment().items() if name != "RAY_ADDRESS"}
    with subprocess.Popen(
        [sys.executable, "-m", "tagger", *arguments],
        cwd=tmp_path,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        kill_a_writer(tmp_path / "other", process)
        output, errors = process.communicate()
    assert process.returncode == 0, errors
    assert output == ""
    assert "3 files, 45,000 sentences, 315,000 tokens" in errors
    assert "Traceback" not in errors
    one, other = tree(tmp_path / "one"), tree(tmp_path / "other")
    assert sorted(one.pop(MANIFEST).splitlines()) == sorted(other.pop(MANIFEST).splitlines())
    assert one == other
