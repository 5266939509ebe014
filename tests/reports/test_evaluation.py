"""An evaluation on the screen and as plain values: tables worked out by hand."""

import json
from dataclasses import replace

import pytest

from tagger.analysis import (
    Baseline,
    Confusion,
    FormScore,
    SentenceSpan,
    SpanErrors,
    Speed,
    TaskAnalysis,
    WorstSentence,
)
from tagger.records import (
    Counts,
    Estimate,
    RankingScores,
    Reliability,
    ReliabilityBin,
    TaskReliability,
    TaskScores,
)
from tagger.reports.evaluation import analysis_as_json, print_evaluation, speed_as_json

POS = TaskScores("upos", sentences=2, tokens=10, correct_tokens=8, seen_tokens=9, correct_seen=8)
NER = TaskScores(
    "ner",
    sentences=2,
    tokens=10,
    correct_tokens=9,
    seen_tokens=9,
    correct_seen=8,
    conlleval={"all": Counts(4, 3, 2), "LOC": Counts(4, 3, 2)},
    strict={"all": Counts(4, 3, 2), "LOC": Counts(4, 3, 2)},
)
WRONG_POS = WorstSentence(
    2, "", "", ("a", "can"), ("D", "N"), ("D", "V"), (), (), errors=1, surprise=0.5
)  # fmt: skip
WRONG_NER = WorstSentence(
    1,
    "gold.conll:7",
    "",
    ("New", "Oslo", "wins"),
    ("B-LOC", "E-LOC", "O"),
    ("O", "S-LOC", "O"),
    (SentenceSpan(0, 2, "LOC"),),
    (SentenceSpan(1, 2, "LOC"),),
    errors=2,
    surprise=1.25,
)
OF_POS = TaskAnalysis(
    "upos",
    Estimate(0.8, 0.55, 1.0),
    "sentences",
    2,
    forms=(FormScore("one tag", 6, 6), FormScore("ambiguous", 3, 2), FormScore("unseen", 1, 0)),
    confusions=(Confusion("N", "N", 5), Confusion("N", "V", 2), Confusion("V", "V", 1)),
    worst=(WRONG_POS,),
)
OF_NER = TaskAnalysis(
    "ner",
    Estimate(4 / 7, 0.25, 0.75),
    "sentences",
    2,
    forms=(FormScore("one tag", 8, 8), FormScore("ambiguous", 1, 0), FormScore("unseen", 1, 1)),
    spans=(SpanErrors("all", 2, 0, 1, 0, 1, 0), SpanErrors("LOC", 2, 0, 1, 0, 1, 0)),
    confusions=(Confusion("LOC", "LOC", 3), Confusion("LOC", "O", 1)),
    invalid=1,
    transitions=12,
    worst=(WRONG_NER,),
)
SURE = TaskReliability(Reliability((ReliabilityBin(10, 0.9, 0.8),)))

REPORT = """\
m on d

main scores, with bootstrap intervals of 1,000 resamplings
task  score     value     95% interval    resampled
upos  accuracy  80.00  [55.00, 100.00]  2 sentences
ner   F1        57.14   [25.00, 75.00]  2 sentences

task  sentences  tokens  accuracy  one tag  accuracy  ambiguous  accuracy  unseen  accuracy
upos          2      10     80.00        6    100.00          3     66.67       1      0.00
ner           2      10     90.00        8    100.00          1      0.00       1    100.00

ner: spans, conlleval | strict
type  gold  found  right  precision  recall     F1  | found  right  precision  recall     F1
all      4      3      2      66.67   50.00  57.14  |     3      2      66.67   50.00  57.14
LOC      4      3      2      66.67   50.00  57.14  |     3      2      66.67   50.00  57.14

ner: what became of the gold spans | found where there is none
type  right  wrong type  wrong span  wrong both  missed  | spurious
all       2           0           1           0       1  |        0
LOC       2           0           1           0       1  |        0

most frequent confusions: gold > found (O: no span)
upos   tokens  ner      spans
N > V       2  LOC > O      1

probabilities: mean, share that is right, expected calibration error in 1 bins (%)
task  of      number  probability  right  calibration error
upos  tokens      10        90.00  80.00              10.00

invalid transitions  ner 1 of 12
speed  20,000 tokens/s (10 tokens, with probabilities)

signature  task:upos
note  one thing
"""


def shown(capsys: pytest.CaptureFixture[str], *analyses: TaskAnalysis, worst: int = 0) -> str:
    print_evaluation(
        [POS, NER],
        {analysis.task: analysis for analysis in analyses},
        {"upos": SURE},
        title="m on d",
        speed=Speed(10, 0.0005, ("with probabilities",)),
        worst=worst,
        signatures=["task:upos"],
        notes=["one thing"],
    )
    return capsys.readouterr().out


def test_the_whole_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, OF_POS, OF_NER) == REPORT


def test_the_worst_sentences_come_before_the_signatures(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, OF_POS, OF_NER, worst=3)
    worst = """\

upos: the sentences that are tagged worst (surprise in nats)
sentence 2  1 error, surprise 0.50
    a can
    can N > V

ner: the sentences that are tagged worst (surprise in nats)
gold.conll:7  2 errors, surprise 1.25
    New Oslo wins
    gold   LOC [New Oslo]
    found  LOC [Oslo]
"""
    assert text == REPORT.replace("\nsignature", f"{worst}\nsignature")


BASELINE = """\
main scores, with bootstrap intervals of 1,000 resamplings; lead: over the baseline, paired
task  score     of            value     95% interval    resampled    lead     95% interval
upos  accuracy  the model     80.00  [55.00, 100.00]  2 sentences
                majority tag  70.00   [40.00, 90.00]               +10.00  [-5.00, +20.00]
ner   F1        the model     57.14   [25.00, 75.00]  2 sentences
"""


def test_baselines_stand_below_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    baseline = Baseline("majority tag", Estimate(0.7, 0.4, 0.9), Estimate(0.1, -0.05, 0.2), "train#1")
    text = shown(capsys, replace(OF_POS, baselines=(baseline,)), OF_NER)
    assert text.startswith(f"m on d\n\n{BASELINE}\n")
    assert "\nbaseline  upos: majority tag, trained on train#1\n" in text


def test_where_ambiguous_forms_are_unknown_words_are_seen_or_unseen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = shown(capsys, replace(OF_POS, forms=(FormScore("seen", 9, 8), FormScore("unseen", 1, 0))), OF_NER)
    assert "task  sentences  tokens  accuracy  seen words  accuracy  unseen words  accuracy\n" in text


def test_words_of_a_kind_that_do_not_occur_have_no_accuracy(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = (FormScore("one tag", 8, 6), FormScore("ambiguous", 0, 0), FormScore("unseen", 2, 2))
    text = shown(capsys, replace(OF_POS, forms=kinds), replace(OF_NER, forms=kinds))
    cells = next(line for line in text.splitlines() if line.startswith("ner ") and "F1" not in line).split()
    assert cells[4:] == ["8", "75.00", "0", "-", "2", "100.00"]


def test_no_more_than_ten_confusions_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    many = tuple(Confusion("N", f"X{number}", 20 - number) for number in range(12))
    text = shown(capsys, replace(OF_POS, confusions=many), OF_NER)
    assert "N > X9 " in text and "X10" not in text


def test_without_analyses_the_tables_of_scores_stand_alone(capsys: pytest.CaptureFixture[str]) -> None:
    ranking = RankingScores("any", 2, 10, 4, 6, 0.9, 0.9, 0.8, 0.75, 0.85, 1.25)
    print_evaluation([ranking], {}, {}, title="m on d", signatures=["task:any"])
    text = capsys.readouterr().out
    assert text.startswith("m on d\n\nranking of windows") and text.endswith("\n\nsignature  task:any\n")
    assert "main scores" not in text and "speed" not in text


def test_an_analysis_as_plain_values() -> None:
    baseline = Baseline("CRF", Estimate(0.7, 0.4, 0.9), Estimate(0.1, -0.05, 0.2), "train#1")
    values = json.loads(json.dumps(analysis_as_json(replace(OF_NER, baselines=(baseline,)))))
    assert values["bootstrap"] == {
        "resampled": "sentences",
        "units": 2,
        "samples": 1000,
        "seed": 0,
        "level": 0.95,
    }
    assert values["baselines"][0]["change"] == {"value": 0.1, "low": -0.05, "high": 0.2}
    assert values["forms"][1] == {"kind": "ambiguous", "tokens": 1, "correct": 0, "accuracy": 0.0}
    assert values["span_errors"][1]["kind"] == "LOC"
    assert values["confusions"][1] == {"gold": "LOC", "found": "O", "count": 1}
    assert values["invalid_transitions"] == {"invalid": 1, "transitions": 12}
    assert values["worst"][0]["found_spans"] == [{"start": 1, "end": 2, "label": "LOC"}]


def test_speed_as_plain_values() -> None:
    assert speed_as_json(Speed(10, 0.5, ("with probabilities",))) == {
        "tokens": 10,
        "seconds": 0.5,
        "notes": ("with probabilities",),
        "tokens_a_second": 20.0,
    }
