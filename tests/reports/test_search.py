"""A search as text: tables on stdout, what to do next on stderr, a line a trial."""

import json
from typing import Any

import pytest

from tagger.reports.search import MOST_ROWS, plain_value, print_search, progress_line


def trial(number: int, score: float | None, **values: Any) -> dict[str, Any]:
    plain = {
        "stage": 1,
        "trial": number,
        "state": "done",
        "score": score,
        "scores": [score],
        "parameters": {"optimizer.rate": 0.01, "network.hidden": [300]},
        "epochs": 9,
        "seconds": 12.34,
        "reason": "",
    }
    return {**plain, **values}


def report(trials: list[dict[str, Any]], **stage: Any) -> dict[str, Any]:
    plain = {
        "stage": 1,
        "method": "random",
        "seeds": 1,
        "sample": None,
        "varied": ["optimizer.rate"],
        "importance": {},
        "at_edge": [],
        "trials": trials,
    }
    return {
        "folder": "out",
        "best": trials[0],
        "best_settings": "out/best.toml",
        "interrupted": False,
        "stages": [{**plain, **stage}],
    }


def test_table_of_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    trials = [
        trial(2, 0.9412, scores=[0.9312, 0.9512]),
        trial(1, 0.5, scores=[0.5, 0.5], state="stopped", epochs=3, parameters={"optimizer.rate": 1e-5}),
        trial(3, None, scores=[None, None], state="failed", reason="x" * 70, parameters={}),
    ]
    shares = {"optimizer.rate": 0.914, "network.hidden": 0.0}
    print_search(report(trials, seeds=2, sample=2000, importance=shares, at_edge=["optimizer.rate"]))
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "stage 1: random, 3 trials, 2 seeds, 2,000 training sentences",
        "trial  optimizer.rate  score      min - max  epochs  seconds  state",
        "    2            0.01  94.12  93.12 - 95.12       9     12.3  done",
        "    1           1e-05  50.00  50.00 - 50.00       3     12.3  stopped",
        f"    3               -      -              -       9     12.3  failed: {'x' * 57}...",
        "optimizer.rate mattered most: its value accounts for 91% of the spread of scores (network.hidden 0%)",
        "optimizer.rate: the best value lies at an end of its range; a wider range may hold a better one",
    ]
    assert err == "Train with the best settings: tagger train out/best.toml --output FOLDER\n"


@pytest.mark.parametrize(
    "shares", [{}, {"optimizer.rate": 0.9}, {"optimizer.rate": 0.09, "network.hidden": 0.0}]
)
def test_nothing_is_said_of_what_mattered_where_nothing_can_be(
    shares: dict[str, float], capsys: pytest.CaptureFixture[str]
) -> None:
    print_search(report([trial(1, 0.5)], importance=shares))
    assert "mattered" not in capsys.readouterr().out


def test_a_long_table_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_search(report([trial(n, 1 - n / 100) for n in range(MOST_ROWS + 5)]))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + MOST_ROWS + 1
    assert lines[0] == "stage 1: random, 25 trials, 1 seed"
    assert lines[-1] == "and 5 more in trials.jsonl"


def test_an_interrupted_search_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    print_search({**report([trial(1, 0.5)]), "interrupted": True})
    assert capsys.readouterr().err == (
        "Interrupted: out holds the finished trainings.\nGo on with: tagger search --resume out\n"
    )


def test_json_is_the_report_itself(capsys: pytest.CaptureFixture[str]) -> None:
    plain = report([trial(1, 0.5)])
    print_search(plain, as_json=True)
    assert json.loads(capsys.readouterr().out) == plain


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (
            {
                "trial": trial(3, 0.94),
                "best": trial(2, 0.95),
                "stages": 2,
                "trials": 12,
                "seconds_left": 200.4,
            },
            "stage 1/2  trial  3/12  optimizer.rate=0.01 network.hidden=[300]  9 epochs  94.00"
            "  best 95.00 (trial 2)  at most 0:03:20 left",
        ),
        (
            {
                "trial": trial(1, None, epochs=1, reason="no.", parameters={"optimizer.name": "sgd"}),
                "best": None,
                "stages": 1,
                "trials": 3,
                "seconds_left": None,
            },
            "trial 1/3  optimizer.name=sgd  1 epoch  failed (no.)",
        ),
    ],
)
def test_progress_is_one_line(progress: dict[str, Any], line: str) -> None:
    assert progress_line(progress) == line


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00012345, "0.0001234"),
        (3, "3"),
        ([300, 100], "[300, 100]"),
        ("adam", "adam"),
        ("", '""'),
        (True, "true"),
        (None, "-"),
    ],
)
def test_values_are_short(value: Any, text: str) -> None:
    assert plain_value(value) == text
