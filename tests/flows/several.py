"""Command lines in several processes, started by `torchrun` or one by one."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

from tests.flows.program import environment

LIMIT = 600.0  # seconds; a run that hangs fails the test


def torchrun(
    *arguments: str, cwd: Path, code: int = 0, count: int = 2, kill: str = "", rank: int = 1
) -> subprocess.CompletedProcess[str]:
    """Run one command line in `count` processes to their end.

    kill: once a line on stderr matches it, the process with that rank gets SIGKILL.
    """
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count)]
    started = subprocess.Popen(
        [*command, "-m", "tagger", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=cwd,
        env=environment(),
    )
    lines = []
    with started as process:
        assert process.stderr is not None and process.stdout is not None
        for line in process.stderr:
            lines.append(line)
            if kill and re.search(kill, line):
                os.kill(worker(process.pid, rank), signal.SIGKILL)
                break
        output, rest = process.communicate(timeout=LIMIT)
    result = subprocess.CompletedProcess(command, process.returncode, output, "".join(lines) + rest)
    assert (result.returncode == 0) == (code == 0), result.stdout + result.stderr
    return result


def together(*arguments: str, cwd: Path, count: int = 2) -> list[subprocess.CompletedProcess[str]]:
    """Run one command line in `count` processes that find one another by their environment; all must end well."""
    return programs("-m", "tagger", *arguments, cwd=cwd, count=count)


def programs(*arguments: str, cwd: Path, count: int = 2) -> list[subprocess.CompletedProcess[str]]:
    """Run Python with the same arguments in `count` processes, as `together` does a command line."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(count)}
    place["LOCAL_WORLD_SIZE"] = str(count)
    results = []
    with ExitStack() as stack:
        started = []
        for rank in range(count):
            process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                cwd=cwd,
                env={**environment(), **place, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            started.append(process)
        for process in started:
            output, errors = process.communicate(timeout=LIMIT)
            assert process.returncode == 0, output + errors
            assert "Traceback" not in errors and "Warning" not in errors, errors
            results.append(subprocess.CompletedProcess(arguments, process.returncode, output, errors))
    return results


def worker(launcher: int, rank: int) -> int:
    """The process number of the worker with that rank, which `torchrun` tells it by its environment."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == launcher and f"RANK={rank}".encode() in (path / "environ").read_bytes().split(b"\0"):
                return int(path.name)
        except (OSError, ValueError):  # a process that is gone
            continue
    raise AssertionError(f"no process of rank {rank}")
