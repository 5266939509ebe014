from typing import Any

import pytest

from tagger.reports.gradcheck import group_line, print_gradients


def group(**changes: Any) -> dict[str, Any]:
    values = {
        "checked": 20,
        "of": 1200,
        "largest_error": 3.25e-8,
        "kinks": 0,
        "verdict": "right",
        "wrong": [],
    }
    return {**values, **changes}


def report(parameters: dict[str, dict[str, Any]], **changes: Any) -> dict[str, Any]:
    return {
        "weights": "fresh",
        "data": "training data",
        "sentences": 8,
        "words": 95,
        "tasks": {"pos": "word", "ner": "sentence"},
        "limit": 1e-5,
        "step": 1e-5,
        "notes": [],
        "parameters": parameters,
        **changes,
    }


def test_right_gradients(capsys: pytest.CaptureFixture[str]) -> None:
    print_gradients(report({"trunk.0.weight": group(), "trunk.0.bias": group(kinks=3)}), title="s.toml")
    assert capsys.readouterr().out == (
        "s.toml: fresh weights; training data: 8 sentences, 95 words; tasks: pos (word), ner (sentence)\n"
        "\n"
        "parameter       checked     of  largest relative error  kinks  verdict\n"
        "trunk.0.weight       20  1,200                 3.2e-08      0  right\n"
        "trunk.0.bias         20  1,200                 3.2e-08      3  right\n"
        "\n"
        "40 gradients are right (relative error up to 1e-05, step 1e-05; 3 at kinks, between the slopes on both sides)\n"
    )


def test_wrong_gradients_flat_ones_and_notes(capsys: pytest.CaptureFixture[str]) -> None:
    entry = {"index": [3, 17], "gradient": 0.5, "difference": 0.25, "error": 0.5}
    corner = {**entry, "index": [4], "left": 0.0, "right": 0.4}
    lost = {**entry, "index": [0, 0], "gradient": None, "error": None}
    groups = {
        "trunk.0.weight": group(largest_error=0.5, verdict="wrong", wrong=[entry] * 7),
        "trunk.0.bias": group(largest_error=None, verdict="wrong", wrong=[corner, lost]),
        "trunk.1.bias": group(largest_error=1e-13, verdict="flat"),
    }
    print_gradients(report(groups, notes=["random tags"]), title="m")
    lines = capsys.readouterr().out.splitlines()
    assert lines[3:] == [
        "trunk.0.weight       20  1,200                 5.0e-01      0  7 WRONG",
        "trunk.0.bias         20  1,200                       -      0  2 WRONG",
        "trunk.1.bias         20  1,200                 1.0e-13      0  flat",
        "",
        *["trunk.0.weight[3, 17]: gradient 0.5, difference 0.25"] * 5,
        "trunk.0.weight: 2 more are wrong",
        "trunk.0.bias[4]: gradient 0.5, difference 0.25 (left 0, right 0.4)",
        "trunk.0.bias[0, 0]: gradient not finite, difference 0.25",
        "9 of 60 gradients are wrong (relative error up to 1e-05, step 1e-05)",
        "flat: here nothing depends on it (a bias before batch normalisation, a unit that is off)",
        "note  random tags",
    ]


def test_the_line_of_a_parameter_that_is_done() -> None:
    assert group_line("trunk.0.weight", 36_000) == "trunk.0.weight: 36,000 entries"
