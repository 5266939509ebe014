"""What a comparison looks like on the screen and as plain values; figures made up, text written out by hand."""

import json
from dataclasses import replace

import pytest

from tagger.analysis import Agreement, DifferingSentence, SentenceSpan, TaskComparison
from tagger.records import Estimate
from tagger.reports.comparison import comparison_as_json, difference_rows, print_comparison, verdict

WORSE = DifferingSentence(
    number=2,
    where="gold.conll:5",
    document="1",
    tokens=("Joe", "Root", "met", "Ada"),
    gold=("B-PER", "I-PER", "O", "B-PER"),
    a=("B-PER", "O", "O", "B-PER"),
    b=("B-PER", "I-PER", "O", "B-PER"),
    gold_spans=(SentenceSpan(0, 2, "PER"), SentenceSpan(3, 4, "PER")),
    a_spans=(SentenceSpan(0, 1, "PER"), SentenceSpan(3, 4, "PER")),
    b_spans=(SentenceSpan(0, 2, "PER"), SentenceSpan(3, 4, "PER")),
    a_errors=1,
    b_errors=0,
)
PLAIN = DifferingSentence(
    number=1234,
    where="",
    document="",
    tokens=("it", "rains"),
    gold=("PRON", "VERB"),
    a=("PRON", "NOUN"),
    b=("PRON", "X"),
    gold_spans=(),
    a_spans=(),
    b_spans=(),
    a_errors=1,
    b_errors=1,
)
NER = TaskComparison(
    task="ner",
    score="f1",
    sentences=1500,
    tokens=20000,
    a=Estimate(0.81, 0.8, 0.82),
    b=Estimate(0.8193, 0.81, 0.83),
    change=Estimate(0.0093, 0.0041, 0.0139),
    resampled="documents",
    units=216,
    p=0.0021,
    rounds=10_000,
    token_p=0.000001,
    agreement=(
        Agreement("sentences", 1000, 100, 200, 200, 150),
        Agreement("gold spans", 700, 20, 40, 90),
    ),
    differing=350,
    differences=(WORSE,),
)
POS = TaskComparison(
    task="pos",
    score="accuracy",
    sentences=1500,
    tokens=20000,
    a=Estimate(0.95, 0.9, 1.0),
    b=Estimate(0.94999, 0.9, 1.0),
    change=Estimate(-0.00001, -0.0023, 0.0011),
    resampled="sentences",
    units=1500,
    p=0.75,
    rounds=0,
    token_p=1.0,
    agreement=(Agreement("sentences", 1300, 0, 0, 200, 199),),
    differing=1,
    differences=(PLAIN,),
)

REPORT = """\
A  models/one
B  other.conll
on gold.conll

task  score     sentences  tokens      A      B  B - A    95% interval       p  McNemar's p
ner   F1            1,500  20,000  81.00  81.93  +0.93  +0.41 to +1.39  0.0021     < 0.0001
pos   accuracy      1,500  20,000  95.00  95.00  +0.00  -0.23 to +0.11  0.7500       1.0000

ner: B is better (B - A between +0.41 and +1.39 in 95% of resamplings; p = 0.0021)
            both right  only A  only B  both wrong  alike  differently
sentences        1,000     100     200         200    150           50
gold spans         700      20      40          90

ner: sentences that A and B tag differently, the largest 1 of 350

gold.conll:5  wrong in A 1, in B 0
Joe Root met Ada
tokens    gold  A    B
Joe       -     PER  -
Joe Root  PER   -    PER

pos: the difference may be chance (B - A between -0.23 and +0.11 in 95% of resamplings; p = 0.7500)
           both right  only A  only B  both wrong  alike  differently
sentences       1,300       0       0         200    199            1

pos: sentences that A and B tag differently, all 1

sentence 1,234  wrong in A 1, in B 1
it rains
tokens  gold  A     B
rains   VERB  NOUN  X

signature  task:ner
note  one thing
"""


@pytest.mark.parametrize("columns", ["20", "300"])
def test_a_comparison_as_plain_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    print_comparison(
        [NER, POS],
        a="models/one",
        b="other.conll",
        data="gold.conll",
        signatures=["task:ner"],
        notes=["one thing"],
    )
    captured = capsys.readouterr()
    assert captured.out == REPORT
    assert captured.err == ""


def changed(value: float, low: float, high: float, p: float) -> TaskComparison:
    return replace(NER, change=Estimate(value, low, high), p=p)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (
            changed(-0.01, -0.02, -0.005, 0.00002),
            "A is better (B - A between -2.00 and -0.50 in 95% of resamplings; p < 0.0001)",
        ),
        (
            changed(0.01, 0.001, 0.02, 0.06),
            "B may be better; interval and test disagree "
            "(B - A between +0.10 and +2.00 in 95% of resamplings; p = 0.0600)",
        ),
        (
            changed(-0.01, -0.02, 0.0, 0.04),
            "A may be better; interval and test disagree "
            "(B - A between -2.00 and +0.00 in 95% of resamplings; p = 0.0400)",
        ),
        (
            changed(0.01, -0.00001, 0.02, 0.05),
            "the difference may be chance (B - A between +0.00 and +2.00 in 95% of resamplings; p = 0.0500)",
        ),
        (replace(NER, differing=0), "A and B tag alike"),
    ],
)
def test_the_verdict(task: TaskComparison, words: str) -> None:
    assert verdict(task) == words


def test_spans_that_both_have_are_left_out() -> None:
    assert difference_rows(WORSE) == [("Joe", "-", "PER", "-"), ("Joe Root", "PER", "-", "PER")]


def test_without_differences_no_list(capsys: pytest.CaptureFixture[str]) -> None:
    print_comparison([replace(NER, differences=())], a="a", b="b", data="c")
    assert "tag differently" not in capsys.readouterr().out


def test_a_comparison_as_json() -> None:
    values = json.loads(json.dumps(comparison_as_json(NER)))
    assert values["a"] == {"value": 0.81, "low": 0.8, "high": 0.82}
    assert values["change"] == {"value": 0.0093, "low": 0.0041, "high": 0.0139}
    assert values["permutation"] == {"p": 0.0021, "rounds": 10_000}
    assert comparison_as_json(POS)["permutation"] == {"p": 0.75, "rounds": "all"}
    assert values["mcnemar_tokens"] == {"p": 0.000001}
    assert values["verdict"].startswith("B is better")
    assert values["agreement"] == {
        "sentences": {"both_right": 1000, "only_a": 100, "only_b": 200, "both_wrong": 200, "alike": 150},
        "gold spans": {"both_right": 700, "only_a": 20, "only_b": 40, "both_wrong": 90},
    }
    assert values["differing_sentences"] == 350
    (difference,) = values["differences"]
    assert difference["where"] == "gold.conll:5"
    assert difference["a"] == ["B-PER", "O", "O", "B-PER"]
    assert difference["gold_spans"][0] == {"start": 0, "end": 2, "label": "PER"}
