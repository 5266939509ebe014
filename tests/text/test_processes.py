"""New processes and Ctrl-C: it waits until they have left it to their parent, the first one of a program too."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tagger.text.processes import starting

PROGRAM = """
import signal
from multiprocessing import get_context
from tagger.text.processes import follow_parent, starting

def blocked():
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])

def work():
    before = blocked()
    follow_parent()
    print(before, blocked(), signal.getsignal(signal.SIGINT) == signal.SIG_IGN)

if __name__ == "__main__":
    for _ in range(2):
        process = get_context("spawn").Process(target=work)
        with starting():
            process.start()
        process.join()
    print(blocked())
"""


def test_interrupts_wait_from_a_process_first_moment_until_it_ignores_them(tmp_path):
    """The first process matters: multiprocessing lets SIGINT through while it starts its own helper beside it."""
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    result = subprocess.run(
        [sys.executable, tmp_path / "program.py"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.stdout, result.stderr) == ("True False True\n" * 2 + "False\n", "")


def test_an_interrupt_meanwhile_is_not_lost():
    with pytest.raises(KeyboardInterrupt), starting():
        os.kill(os.getpid(), signal.SIGINT)
