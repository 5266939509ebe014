"""The options of `tagger compare`: those of `tagger eval` where they do the same, and how many differences are listed."""

from typing import Any

import pytest
import typer.main

from tagger.cli.app import build_app, run
from tagger.cli.compare import number_or_all

SAME = [
    "--split",
    "--format",
    "--columns",
    "--map",
    "--join",
    "--wide-rows",
    "--input-scheme",
    "--broken-tags",
]


def options_of(command: str) -> dict[str, Any]:
    group = typer.main.get_command(build_app([command]))
    return {parameter.opts[0]: parameter for parameter in group.commands[command].params}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", SAME)
def test_options_of_the_data_are_those_of_eval(name: str) -> None:
    own, other = options_of("compare")[name], options_of("eval")[name]
    assert (own.help, own.metavar, own.default) == (other.help, other.metavar, other.default)


@pytest.mark.parametrize(("text", "number"), [("10", 10), ("0", 0), ("all", None)])
def test_differences_are_a_number_or_all(text: str, number: int | None) -> None:
    assert number_or_all(text) == number


@pytest.mark.parametrize("text", ["-1", "few", ""])
def test_other_differences_are_wrong_usage(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compare", "a", "b", f"--differences={text}"]) == 2
    assert "expected a number or all" in capsys.readouterr().err
