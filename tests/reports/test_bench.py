"""The tables of a measurement, from plain values."""

import copy
from typing import Any

import pytest

from tagger.reports.bench import print_bench


def rate(microseconds: float, **more: float) -> dict[str, Any]:
    """The figures of 1,000,000 tokens."""
    per_second = 1e6 / microseconds if microseconds > 0 else None
    return {"seconds": microseconds, "tokens_per_second": per_second, "microseconds": microseconds, **more}


VALUES: dict[str, Any] = {
    "model": {"path": "m", "tasks": ["pos", "ner"], "megabytes_on_disk": 7.04, "megabytes_of_weights": 6.5},
    "machine": {
        "processor": "Some CPU",
        "cores": 2,
        "load": 0.1,
        "system": "Linux",
        "python": "3.11.7",
        "numpy": "2.4.6",
        "blas": "openblas 0.3",
        "blas_threads": "1",
        "compiled_loops": True,
    },
    "text": {
        "source": "a.txt",
        "characters": 5_000_000,
        "sentences": 40_000,
        "tokens": 1_000_000,
        "forms": 20_000,
    },
    "runs": 5,
    "stages": {
        "reading and cutting": rate(0.5, share=0.25),
        "decoding": rate(1.6, share=0.8),
        "other": rate(-0.1, share=-0.05),
    },
    "total": rate(2.0),
    "ready_tokens": rate(1.25),
    "process": rate(2.5, peak_megabytes=118.6),
    "new_forms": {"per_second": 62_500.0, "microseconds": 16.0},
    "latency": {
        "tokens": {"p50_ms": 0.111, "p99_ms": 0.555, "samples": 1000},
        "text": {"p50_ms": 0.222, "p99_ms": 0.666, "samples": 1000},
    },
    "start_up": {"tag_seconds": 0.417, "help_seconds": 0.204},
    "table": {
        "capacity": 30_000,
        "forms": 20_001,
        "hit_rate": 0.98,
        "megabytes": 126.04,
        "megabytes_at_most": 199.6,
    },
    "workers": None,
}


def test_stages_then_single_figures(capsys: pytest.CaptureFixture[str]) -> None:
    print_bench(VALUES)
    assert (
        capsys.readouterr().out
        == """\
m: pos, ner; 7.0 MB on disk, weights of 6.5 MB
Some CPU, 2 cores; Python 3.11.7, NumPy 2.4.6, openblas 0.3, 1 thread; compiled loops
a.txt: 5,000,000 characters, 40,000 sentences, 1,000,000 tokens, 20,000 forms; medians of 5 runs

stage                            tokens/s  microseconds/token  share %
reading and cutting             2,000,000                0.50     25.0
decoding                          625,000                1.60     80.0
other                                   -               -0.10     -5.0
raw text to written tags          500,000                2.00
ready tokens to tags in memory    800,000                1.25

one process for the text     2.50 s  400,000 tokens/s, start-up and new forms included
its peak memory              119 MB
start-up                     0.42 s  `tagger tag` on one sentence
                             0.20 s  `tagger --help`
one sentence, ready tokens  0.11 ms  median of 1,000; 99 % within 0.56 ms
one sentence, raw text      0.22 ms  median of 1,000; 99 % within 0.67 ms
a new form                  16.0 us  62,500 a second
forms kept                   20,001  126 MB, with room for 30,000 in 200 MB; 98.0 % of tokens found the first time
"""
    )


def test_what_there_is_to_add(capsys: pytest.CaptureFixture[str]) -> None:
    values = copy.deepcopy(VALUES)
    values["machine"] |= {"load": 3.14, "compiled_loops": False, "blas_threads": ""}
    values["workers"] = {"workers": 2, "seconds": 5.0, "seconds_of_one": 9.5, "ratio": 1.9}
    print_bench(values)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == (
        "Some CPU, 2 cores; Python 3.11.7, NumPy 2.4.6, openblas 0.3; NumPy's loops, no compiled ones"
    )
    assert lines[-3:] == [
        "2 workers                   1.90 times  5.00 s against 9.50 s of one",
        "",
        "note  the machine was busy before (load 3.1, 2 cores): figures may be too low",
    ]
