"""Typos, against an edit distance of its own and a keyboard written down by hand."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.training.noise import KEYBOARD, Edit, apply_edits, may_have_typo, random_typo, typos_of

WORDS = st.text(st.characters(categories=["L"]), min_size=4, max_size=12)


def damerau(a: str, b: str) -> int:
    """The fewest deletions, insertions, replacements and swaps of neighbours from a to b (optimal string alignment)."""
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i, j] = min(
                table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            )
            if i > 1 and j > 1 and a[i - 2 : i] == b[j - 1] + b[j - 2]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(a), len(b)]


def test_the_oracle_knows_a_swap_from_two_replacements() -> None:
    assert [damerau(*pair) for pair in (("from", "form"), ("from", "fro"), ("ab", "ca"), ("ab", "ab"))] == [
        1,
        1,
        2,
        0,
    ]


@pytest.mark.parametrize(
    ("letter", "neighbours"),
    [("q", "wa"), ("a", "qwsz"), ("g", "tyfhvb"), ("p", "ol"), ("m", "njk"), ("l", "opk")],
)
def test_neighbours_are_those_of_an_english_keyboard(letter: str, neighbours: str) -> None:
    assert set(KEYBOARD[letter]) == set(neighbours)


def test_touching_keys_touch_each_other() -> None:
    assert len(KEYBOARD) == 26
    assert all(letter in KEYBOARD[other] for letter, near in KEYBOARD.items() for other in near)


@given(WORDS, st.integers(0, 2**32))
def test_every_typo_is_one_edit_behind_the_first_letter(word: str, seed: int) -> None:
    typo = random_typo(word, Random(seed)).apply(word)
    assert damerau(word, typo) == 1
    assert typo[0] == word[0]


def test_all_four_kinds_occur_about_alike() -> None:
    """Of "stick", behind the first letter: four places of which three allow a swap, all letters on the keyboard."""
    random = Random(0)
    kinds = Counter(kind_of(random_typo("stick", random), "stick") for _ in range(4000))
    assert {kind: round(count / 4000, 1) for kind, count in kinds.items()} == {
        "gone": 0.3,
        "doubled": 0.3,
        "another": 0.3,
        "swapped": 0.2,
    }


def kind_of(edit: Edit, word: str) -> str:
    before = word[edit.start : edit.end]
    if not edit.text:
        return "gone"
    if not before:
        assert edit.text == word[edit.start]
        return "doubled"
    if len(before) == 2:
        assert edit.text == before[::-1]
        return "swapped"
    assert edit.text in KEYBOARD[before]
    return "another"


def test_another_letter_has_the_case_of_the_one_it_replaces() -> None:
    random = Random(0)
    assert {typo for typo in (random_typo("ABBA", random).apply("ABBA") for _ in range(300)) if len(typo) == 4} == {
        *("AVBA", "AHBA", "ANBA", "AGBA", "ABVA", "ABHA", "ABNA", "ABGA"),
        *("ABBQ", "ABBW", "ABBS", "ABBZ", "ABAB"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("form", "able"),
    [
        ("that", True),
        ("Île-de-France", False),
        ("Élan", True),
        ("the", False),
        ("1998", False),
        ("a.m.", False),
    ],
)
def test_words_of_four_letters_may_have_typos(form: str, able: bool) -> None:
    assert may_have_typo(form) is able
    assert bool(typos_of(form, 3, seed=1)) is able


def test_the_typos_of_a_form_depend_on_form_and_seed_alone() -> None:
    assert typos_of("window", 20, seed=1)[:5] == typos_of("window", 5, seed=1)
    assert typos_of("window", 20, seed=1) != typos_of("window", 20, seed=2)
    assert len(typos_of("window", 20, seed=1)) == 20
    assert typos_of("window", 0, seed=1) == []


def test_edits_of_a_text_say_where_each_place_has_come_to() -> None:
    """By hand: "abc def" without its blank, b doubled, d and e swapped: "abbcedf"."""
    edits = [Edit(1, 1, "b"), Edit(3, 4, ""), Edit(4, 6, "ed")]
    assert apply_edits("abc def", edits) == ("abbcedf", [0, 2, 3, 4, 4, 5, 6, 7])
    assert apply_edits("ab", []) == ("ab", [0, 1, 2])
    assert apply_edits("aß", [Edit(1, 2, "SS")]) == ("aSS", [0, 1, 3])
    assert apply_edits("abcd", [Edit(0, 4, "x")]) == ("x", [0, 1, 1, 1, 1])


@given(st.text(max_size=30), st.data())
def test_what_no_edit_touches_is_found_where_it_has_come_to(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    pairs = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    edits = [Edit(a, b, data.draw(st.text(max_size=3))) for a, b in pairs]
    changed, places = apply_edits(text, edits)
    assert len(places) == len(text) + 1 and places == sorted(places)
    touched = {place for a, b in pairs for place in range(a, b)}
    for place, letter in enumerate(text):
        if place not in touched:
            assert changed[places[place]] == letter
    assert places[-1] == len(changed) == len(text) + sum(len(e.text) - (e.end - e.start) for e in edits)
