"""Forbidden neighbours, counted by hand."""

import pytest

from tagger.evaluation.transitions import invalid_transitions


@pytest.mark.parametrize(
    ("scheme", "tags", "expected"),
    [
        ("IOB2", ["O I-A B-A I-A I-B".split()], (2, 6)),  # O I-A, I-A I-B
        ("IOB2", [["I-A"], ["B-A"]], (1, 4)),  # the start
        ("IOBES", [["B-A", "O"], ["B-A"]], (2, 5)),  # B-A O, the end
        ("IOBES", ["S-A B-A I-A E-A".split()], (0, 5)),
        ("IOB1", ["O I-A B-A".split(), ["B-A"]], (0, 6)),  # a needless B marks the same span
        ("none", ["N V".split()], (0, 0)),
        ("IOBES", [[]], (0, 0)),
    ],
)
def test_invalid_transitions_by_hand(scheme: str, tags: list[list[str]], expected: tuple[int, int]) -> None:
    assert invalid_transitions(tags, scheme) == expected
