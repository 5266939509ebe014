"""Command lines as processes of their own."""

from pathlib import Path

import pytest

from tagger.errors import TaggerError
from tagger.recipes.bench_processes import run_process
from tagger.saved import write_model
from tests.inference.random_models import random_model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    write_model(folder, random_model(1))
    return folder


def test_what_a_process_writes_goes_to_the_output(model: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    took = run_process(["tag", "-m", str(model), "-q"], stdin="Ada Walks.\n", output=output)
    assert [line.split("\t")[0] for line in output.read_text().splitlines() if line] == ["Ada", "Walks", "."]
    assert took.seconds > 0


def test_memory_is_that_of_the_process_and_not_of_its_parent() -> None:
    ours = bytearray(b"x" * 400_000_000)
    took = run_process(["--version"])
    assert 5_000_000 < took.peak < len(ours) // 2


@pytest.mark.parametrize("arguments", [["tag", "-m", "nowhere"]])
def test_a_process_that_fails(arguments: list[str]) -> None:
    with pytest.raises(TaggerError) as caught:
        run_process(arguments, stdin="Ada.\n")
    assert str(caught.value) == (
        "expected `tagger tag -m nowhere` to succeed, found error: nowhere: expected a model folder, found none. "
        "`tagger train`, `tagger pretrain` and `tagger finetune` write one."
    )
