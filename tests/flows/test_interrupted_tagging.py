"""Batches that are killed or interrupted, and go on as if nothing had happened; sentences that come out of a pipe."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tagger.recipes.tag_manifest import MANIFEST
from tagger.saved import write_model
from tests.flows.program import environment, tagger, tree
from tests.inference.random_models import FORMS, random_model

FILES = 240
FILES_A_KILL = 18
"""Up to so many files are complete when a run is killed."""
PATIENCE = 60.0


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A model and a tree of small files."""
    (tmp_path / "model").mkdir()
    write_model(tmp_path / "model", random_model(1))
    draw = random.Random(3)
    for number in range(FILES):
        path = tmp_path / "news" / str(number % 7) / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n\n".join(" ".join(draw.choices(FORMS, k=9)) for _ in range(draw.randrange(120))))
    return tmp_path


def begin(place: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tagger", "tag", "-m", "model", "news", "-o", "out", "-q", *options]
    return subprocess.Popen(command, cwd=place, env=environment(), stderr=subprocess.PIPE)


def lines(place: Path) -> int:
    path = place / "out" / MANIFEST
    return path.read_bytes().count(b"\n") if path.exists() else 0


def wait_for(process: subprocess.Popen[bytes], place: Path, count: int) -> None:
    """Wait until the manifest has `count` lines, or the run is over."""
    end = time.monotonic() + PATIENCE
    while lines(place) < count and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.001)


def outputs(folder: Path) -> dict[str, bytes | None]:
    return {name: content for name, content in tree(folder).items() if name != MANIFEST}


def children(process: subprocess.Popen[bytes]) -> list[str]:
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def is_running(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "kills"), [("1", 10), ("2", 3)])
def test_kills_and_resumptions_give_the_tree_of_an_uninterrupted_run(
    place: Path, workers: str, kills: int
) -> None:
    tagger("tag", "-m", "model", "news", "-o", "whole", cwd=place)
    draw, killed = random.Random(int(workers)), 0
    for _ in range(kills):
        process = begin(place, "--resume", "--workers", workers)
        wait_for(process, place, lines(place) + draw.randint(1, FILES_A_KILL))
        time.sleep(draw.uniform(0, 0.002))
        process.kill()
        process.communicate()
        killed += 0 < len(outputs(place / "out")) < len(outputs(place / "whole"))
    assert killed  # on a machine that is busy elsewhere a run may come to its end before the last ones
    result = tagger("tag", "-m", "model", "news", "-o", "out", "--resume", "--workers", workers, cwd=place)
    assert " done before" in result.stderr
    assert outputs(place / "out") == outputs(place / "whole")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_leaves_whole_files_and_no_process(place: Path, workers: str) -> None:
    process = begin(place, "--workers", workers)
    wait_for(process, place, 5)
    helpers = children(process)
    assert len(helpers) == (0 if workers == "1" else 2)
    process.send_signal(signal.SIGINT)
    assert process.communicate()[1] == b"\ninterrupted\n"
    assert process.returncode == 130
    assert not [helper for helper in helpers if is_running(helper)]
    found = outputs(place / "out")
    tagger("tag", "-m", "model", "news", "-o", "whole", "--force", cwd=place)
    whole = outputs(place / "whole")
    assert 0 < len(found) < len(whole)
    assert {name: whole[name] for name in found} == found


def test_processes_end_with_a_parent_that_is_killed(place: Path) -> None:
    process = begin(place, "--workers", "2")
    wait_for(process, place, 3)
    helpers = children(process)
    process.kill()
    process.communicate()
    end = time.monotonic() + PATIENCE
    while [helper for helper in helpers if is_running(helper)]:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_two_runs_do_not_write_into_one_folder(place: Path) -> None:
    process = begin(place)
    wait_for(process, place, 2)
    process.send_signal(signal.SIGSTOP)  # or it would be done before the second run has started
    result = tagger("tag", "-m", "model", "news", "-o", "out", "--resume", cwd=place, code=1)
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert result.stderr == (
        "error: out: expected an output folder of its own, found another run that writes here. "
        "Wait for it, or choose another output.\n"
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sentences_come_out_of_a_pipe_one_by_one(place: Path, workers: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tagger", "tag", "-m", "model", "-q", "-f", "inline", "--workers", workers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        cwd=place,
        env=environment(),
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for text in ("Ada walks.", "She lives in Paris.", "In 1990 too."):
            process.stdin.write(text.encode() + b"\n")
            line = process.stdout.readline().decode()
            assert line.count(" ") >= text.count(" ") and text.split()[0] in line
        assert process.communicate()[0] == b""
    assert process.returncode == 0


def test_bad_files_end_the_command_with_their_names(place: Path) -> None:
    for number in range(12, FILES):
        (place / "news" / str(number % 7) / f"{number}.txt").unlink()
    (place / "news" / "0" / "1.txt").write_bytes(b"Ada.\n\xff\n")
    os.mkfifo(place / "news" / "pipe")
    (place / "news" / "up").symlink_to(place)
    result = tagger("tag", "-m", "model", "news", "-o", "out", cwd=place, code=1)
    *errors, last = result.stderr.splitlines()
    assert errors == [
        "error: news/pipe: expected a regular file, found a named pipe.",
        "error: news/0/1.txt:2: expected UTF-8 text, found the byte 0xff. "
        "Name the encoding with --encoding, or pass --errors replace.",
    ]
    assert last.startswith("12 files, ")
    assert last.endswith("), 2 failed, 1 folder link not followed")
    quiet = tagger("tag", "-m", "model", "news", "-o", "out", "--resume", "-q", cwd=place, code=1)
    assert quiet.stderr.splitlines() == errors
    first = tagger("tag", "-m", "model", "news", "-o", "out", "--resume", "--fail-fast", cwd=place, code=1)
    assert first.stderr.splitlines() == errors[:1]
