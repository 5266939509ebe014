"""scripts/measure_long_text.py and measure_resume.py: their texts and their bookkeeping; nothing is timed."""

import importlib.util
import json
import lzma
import random
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def load_script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


LONG, RESUME = map(load_script, ("measure_long_text", "measure_resume"))


@pytest.mark.parametrize(
    ("largest", "sizes"),
    [
        (10_000, [10_000]),
        (1_000_000, [10_000, 100_000, 1_000_000]),
        (250_000, [10_000, 100_000, 250_000]),
        (500, [500]),
    ],
)
def test_sizes_go_up_by_ten(largest: int, sizes: list[int]) -> None:
    assert LONG.decades(largest) == sizes


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "a.txt").write_text("one\nmore\n\n\n \ntwo\n")
    with lzma.open(tmp_path / "b.txt.xz", "wt") as file:
        file.write("".join(f"three {n}\n\n" for n in range(40)) + "last")
    return [tmp_path / "a.txt", tmp_path / "b.txt.xz"]


def test_paragraphs_come_in_order_first_and_then_shuffled(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LONG, "SHUFFLED", 5)
    text = LONG.paragraphs(files, 1)
    first, *rounds = (list(islice(text, 43)) for _ in range(3))
    assert first == ["one\nmore\n\n", "two\n\n", *(f"three {n}\n\n" for n in range(40)), "last\n\n"]
    for one in rounds:
        assert Counter(one) == Counter(first) and one != first
    assert rounds[0] != rounds[1]
    assert list(islice(LONG.paragraphs(files, 1), 86))[43:] == rounds[0]


def test_a_text_is_as_long_as_was_asked_for(tmp_path: Path, files: list[Path]) -> None:
    path = tmp_path / "text"
    written = LONG.write_text(path, LONG.paragraphs(files, 1), 1000)
    assert 1000 <= written < 1020
    assert len(path.read_text()) == written


def test_the_table_compares_with_the_smallest_text(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"seconds": 2.0, "start_seconds": 1.0, "worker_mb": 0.0, "processor_microseconds": 200.0}
    rows = [
        {**row, "tokens": 1000, "microseconds": 2000.0, "microseconds_after_start": 1000.0, "peak_mb": 50.0},
        {**row, "tokens": 4000, "microseconds": 500.0, "microseconds_after_start": 250.0, "peak_mb": 75.0},
    ]
    LONG.print_table(rows, "a.txt", 3)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[2] == [
        "1,000",
        "2.00",
        "500",
        "2000.00",
        "1000.00",
        "1.00",
        "200.00",
        "1.00",
        "50",
        "1.00",
        "0",
    ]
    assert lines[3] == [
        "4,000",
        "2.00",
        "2,000",
        "500.00",
        "250.00",
        "0.25",
        "200.00",
        "1.00",
        "75",
        "1.50",
        "0",
    ]


def test_a_plot_is_drawn(tmp_path: Path) -> None:
    costs = ("microseconds", "microseconds_after_start", "processor_microseconds")
    row = {**dict.fromkeys(costs, 2.0), "peak_mb": 50.0, "worker_mb": 60.0}
    LONG.draw([{**row, "tokens": 10}, {**row, "tokens": 100}], tmp_path / "a.png", 2)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_files_of_all_sizes_are_cut_from_the_text(tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("".join(f"line {n}\n" for n in range(5000)))
    total = RESUME.write_files([book], tmp_path / "out", 30, random.Random(1))
    paths = sorted((tmp_path / "out").rglob("*.txt"))
    assert len(paths) == 30 and {path.parent.name for path in paths} == {"000", "001"}
    content = "".join(path.read_text() for path in paths)
    assert len(content) == total
    assert (book.read_text() * 200).startswith(content)
    assert min(path.stat().st_size for path in paths) < 2000
    assert max(path.stat().st_size for path in paths) > 50_000


def tree(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_trees_are_compared_byte_for_byte(tmp_path: Path) -> None:
    whole = tree(tmp_path / "whole", {"a": "1", "b/c": "2", "d": "3", ".tagger-manifest.jsonl": "x"})
    other = tree(tmp_path / "other", {"a": "1", "b/c": "?", ".e.tmp": "4", ".tagger-manifest.jsonl": "y"})
    outcome = RESUME.Outcome(1, 1.0, 1.0)
    RESUME.compare(outcome, RESUME.contents(whole), RESUME.contents(other))
    assert (outcome.different, outcome.missing, outcome.left_behind) == (["b/c"], ["d"], [".e.tmp"])
    assert not outcome.good
    same = RESUME.Outcome(1, 1.0, 1.0)
    RESUME.compare(same, RESUME.contents(whole), RESUME.contents(whole))
    assert same.good


def test_a_file_that_was_complete_and_is_another_now_is_noted(tmp_path: Path) -> None:
    folder = tree(tmp_path / "out", {"a": "1", "b": "2", ".c.tmp": "3"})
    before = RESUME.identities(folder)
    assert set(before) == {"a", "b"}
    (folder / "new").write_text("1")
    (folder / "new").replace(folder / "a")
    outcome = RESUME.Outcome(1, 1.0, 1.0)
    RESUME.note_rewritten(outcome, before, folder)
    assert outcome.written_again == ["a"]
    assert json.dumps(outcome.written_again) and not outcome.good
