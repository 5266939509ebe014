import pytest

from tagger.reports.neighbours import print_neighbours


def asked(item: str, *nearest: tuple[str, float]) -> dict[str, object]:
    return {
        "word": item,
        "item": item,
        "learnt": True,
        "nearest": [{"word": word, "cosine": c} for word, c in nearest],
    }


def test_words_stand_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    print_neighbours(
        {"neighbours": [asked("france", ("italy", 0.98481), ("spain", -0.25)), asked("é", ("a", 1.0))]}
    )
    assert (
        capsys.readouterr().out
        == """\
france  cosine  é  cosine
italy    0.985  a   1.000
spain   -0.250
"""
    )


def test_more_words_stand_in_tables_below(capsys: pytest.CaptureFixture[str]) -> None:
    words = [asked(letter, ("x", 0.5)) for letter in "abcde"]
    print_neighbours({"neighbours": words})
    assert (
        capsys.readouterr().out
        == """\
a  cosine  b  cosine  c  cosine  d  cosine
x   0.500  x   0.500  x   0.500  x   0.500

e  cosine
x   0.500
"""
    )


def test_a_word_without_neighbours_has_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    print_neighbours({"neighbours": [{**asked("zero"), "learnt": False}, asked("a", ("b", 0.5))]})
    assert (
        capsys.readouterr().out
        == """\
zero  cosine  a  cosine
              b   0.500
note  zero has no neighbours: its vector was never learnt
"""
    )


def test_brackets_in_words_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_neighbours({"neighbours": [asked("[red]", ("[/b]", 0.5))]})
    assert capsys.readouterr().out == "[red]  cosine\n[/b]    0.500\n"


def test_a_word_that_the_model_spells_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    print_neighbours({"neighbours": [{**asked("france", ("italy", 0.5)), "word": "France"}]})
    assert capsys.readouterr().out == "France (as france)  cosine\nitaly                0.500\n"
