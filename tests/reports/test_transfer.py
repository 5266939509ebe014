"""What was taken from another model, as a table and as a line."""

from dataclasses import replace

import pytest

from tagger.records import LayerTransfer, TransferReport
from tagger.reports.transfer import origin_line, print_transfer, summary

REPORT = TransferReport(
    source="models/old",
    layers=(
        LayerTransfer("lookup.word", 12_345, 678, 9),
        LayerTransfer("trunk.0", 320, 165, 0, "window 11 -> 5: the middle slots"),
    ),
    matched={"exact": 12_000, "lower-cased": 340, "digits folded": 3},
    tokens=8000,
    covered_before=7000,
    covered_after=7500,
    frozen=("lookup", "trunk"),
    thaw={"trunk": 2, "lookup.caps": 1},
)


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_transfer(REPORT)
    assert capsys.readouterr().out == (
        "Taken from models/old (rows; of trunk.0 columns):\n"
        "layer        copied  new  dropped  note\n"
        "lookup.word  12,345  678        9\n"
        "trunk.0         320  165        0  window 11 -> 5: the middle slots\n"
        "words: 12,000 exact, 340 lower-cased, 3 digits folded\n"
        "training tokens whose word it knows: 87.50% as it spells them, 93.75% with a row taken over\n"
        "do not learn: lookup\n"
        "learn later: trunk after 2 epochs, lookup.caps after 1 epoch\n"
    )


def test_lines_without_anything_to_say_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_transfer(replace(REPORT, layers=REPORT.layers[1:], matched={}, frozen=(), thaw={}))
    assert capsys.readouterr().out == (
        "Taken from models/old (rows; of trunk.0 columns):\n"
        "layer    copied  new  dropped  note\n"
        "trunk.0     320  165        0  window 11 -> 5: the middle slots\n"
    )
    print_transfer(replace(REPORT, layers=REPORT.layers[:1], tokens=0, frozen=(), thaw={}))
    assert capsys.readouterr().out == (
        "Taken from models/old (rows):\n"
        "layer        copied  new  dropped  note\n"
        "lookup.word  12,345  678        9\n"
        "words: 12,000 exact, 340 lower-cased, 3 digits folded\n"
        "training tokens whose word it knows: none as it spells them, none with a row taken over\n"
    )


def test_the_line() -> None:
    assert summary(REPORT) == (
        "models/old: lookup.word (12,345 of 13,023), trunk.0 (320 of 485); "
        "training tokens whose word it knows: 87.50% as it spells them, 93.75% with a row taken over"
    )


def test_the_line_speaks_of_words_only_where_they_were_taken() -> None:
    assert summary(replace(REPORT, layers=REPORT.layers[1:])) == "models/old: trunk.0 (320 of 485)"


def test_where_a_model_comes_from() -> None:
    layers = ["lookup.word", "trunk.0"]
    assert origin_line("models/old", layers, ["lookup", "trunk"], {"trunk": 2}) == (
        "started from models/old: lookup.word, trunk.0; frozen: lookup"
    )
    assert origin_line("models/old", [], [], {}) == "started from models/old: no layers"
