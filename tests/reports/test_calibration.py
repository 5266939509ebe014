"""How probabilities and what was right are printed, worked out by hand."""

import pytest

from tagger.records import Reliability, ReliabilityBin, TaskReliability
from tagger.reports.calibration import print_reliability, reliability_as_json

TOKENS = Reliability((ReliabilityBin(500, 0.4, 0.5), ReliabilityBin(1500, 0.9, 0.96)))
SPANS = Reliability((ReliabilityBin(0, 0.0, 0.0), ReliabilityBin(10, 0.95, 0.9)))


def test_a_line_for_tokens_and_one_for_spans(capsys: pytest.CaptureFixture[str]) -> None:
    """Tokens: (500 * 0.4 + 1500 * 0.9) / 2000, (250 + 1440) / 2000, (500 * 0.1 + 1500 * 0.06) / 2000."""
    print_reliability({"pos": TaskReliability(TOKENS), "ner": TaskReliability(TOKENS, SPANS)})
    assert (
        capsys.readouterr().out
        == """\

probabilities: mean, share that is right, expected calibration error in 2 bins (%)
task  of      number  probability  right  calibration error
pos   tokens   2,000        77.50  84.50               7.00
ner   tokens   2,000        77.50  84.50               7.00
ner   spans       10        95.00  90.00               5.00
"""
    )


def test_nothing_is_printed_of_no_task(capsys: pytest.CaptureFixture[str]) -> None:
    print_reliability({})
    assert capsys.readouterr().out == ""


def test_a_reliability_diagram_as_plain_values() -> None:
    assert reliability_as_json(TaskReliability(SPANS)) == {
        "tokens": {
            "count": 10,
            "probability": 0.95,
            "accuracy": 0.9,
            "expected_calibration_error": pytest.approx(0.05),
            "bins": [
                {"from": 0.0, "to": 0.5, "count": 0, "probability": None, "accuracy": None},
                {"from": 0.5, "to": 1.0, "count": 10, "probability": 0.95, "accuracy": 0.9},
            ],
        },
        "spans": None,
    }
