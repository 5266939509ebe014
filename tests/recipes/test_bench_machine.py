"""The machine that is described is this one."""

import os
import platform

import numpy as np
import pytest

from tagger.recipes.bench_machine import describe_machine


def test_the_machine_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    found = describe_machine()
    assert (found.python, found.numpy) == (platform.python_version(), np.__version__)
    assert 1 <= found.cores <= (os.cpu_count() or 1)
    assert found.processor and found.blas
    assert found.blas_threads == "3"


def test_threads_of_the_library_are_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert describe_machine().blas_threads == ""
