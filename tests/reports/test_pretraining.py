"""What a pretraining came to, in lines: scores, why there are none, what is to be done next."""

from dataclasses import replace
from pathlib import Path

import pytest

from tagger.records import PretrainReport
from tagger.reports.pretraining import print_pretraining

REPORT = PretrainReport(
    Path("m"), 1, {"text.ranking_accuracy": 0.9, "text.relative_rank": 0.1}, 2000, 1000, 50, 10.0, 100.0,
    sizes=("features.word.dim=8", "network.hidden=[12]"),
)  # fmt: skip
CHANCE = "hardly better than chance (50%): it takes more text, or more time"


def printed(report: PretrainReport, capsys: pytest.CaptureFixture[str]) -> tuple[list[str], list[str]]:
    print_pretraining(report)
    found = capsys.readouterr()
    return found.out.splitlines(), found.err.splitlines()


def test_a_good_pretraining(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(replace(REPORT, passes=1), capsys) == (
        [
            "m: 50 words, 1,000 windows of 2,000 words of text, 1 round, the text read 1 time",
            "held-out text: 90.00% of the corrupted windows score lower; the true word ranks on average behind 10.00% of the vocabulary",
            "10 s (100 windows a second), peak memory 100 MB",
        ],
        [
            "Start a tagger from it: tagger train SETTINGS --from m --set features.word.dim=8 --set 'network.hidden=[12]' ...",
            "See what it learnt: tagger neighbours m WORD",
        ],
    )


def test_scores_near_chance_are_called_so(capsys: pytest.CaptureFixture[str]) -> None:
    for accuracy, there in ((0.53, True), (0.6, False)):
        scores = {"text.ranking_accuracy": accuracy, "text.relative_rank": 0.4}
        assert (CHANCE in printed(replace(REPORT, scores=scores), capsys)[0]) is there


def test_without_scores_it_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no score: too short" in printed(replace(REPORT, scores={}, unscored="too short"), capsys)[0]


def test_what_learnt_nothing_is_nothing_to_start_from(capsys: pytest.CaptureFixture[str]) -> None:
    (message,) = printed(replace(REPORT, windows=0, ended=""), capsys)[1]
    assert message.startswith("Nothing was learnt: no window was taken.")


def test_an_interrupted_run_that_cannot_be_resumed_is_not_offered(capsys: pytest.CaptureFixture[str]) -> None:
    kept = "Interrupted: m holds the last finished round."
    stopped = replace(REPORT, interrupted=True)
    assert printed(stopped, capsys)[1] == [kept, "Go on with: tagger pretrain --resume m"]
    assert printed(replace(stopped, resumable=False), capsys)[1] == [kept]


def test_why_nothing_was_done_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(replace(REPORT, ended="nothing left to do: so"), capsys)[1][0] == "Nothing left to do: so."
