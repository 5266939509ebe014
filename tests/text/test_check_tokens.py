"""Judgements about the shape of tokens."""

import pytest

from tagger.text.check_tokens import judge_shape


def kinds(form):
    return [judgement.kind for judgement in judge_shape(form)]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("end.The", ["glued-sentences"]),
        ("low.In", ["glued-sentences"]),
        ("Govt.Fcast", ["glued-sentences"]),
        ("late?Yes", ["glued-sentences"]),
        ("hoy,", ["glued-punctuation"]),
        ("seehttp://x.org", ["glued-url"]),
        ("more:www.x.org", ["glued-url"]),
        ("New York", ["space-in-token"]),
        ("x" * 36, []),
        ("abcdefghij" * 4, ["long-token"]),
        ("one-two-three.four," * 8, ["long-token"]),
        ("-" * 1001, ["long-token"]),
        ("http://x.org/" + "a" * 1000, ["long-token"]),
    ],
)
def test_odd_shapes_are_judged(form, expected):
    assert kinds(form) == expected


@pytest.mark.parametrize(
    "form",
    [
        "U.S.", "Yahoo!", "e.g.", "Yahoo.Com", "Sean.Cooper@ElPaso.com", "http://www.UnitaryExecutive.net", "Ph.D", "No.",
        "10:30", "a,b", "1,", "50 000", "1 234 567,8", "-" * 60, "=-" * 40, "http://x.org/" + "a" * 90, "www.x.org",
        "https://x.org?u=http://y.org", "Donaudampfschifffahrtsgesellschaft", "well-known-and-much-loved-by-all-of-us-here",
    ],
)  # fmt: skip
def test_what_is_common_is_not_odd(form):
    assert kinds(form) == []
