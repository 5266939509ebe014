"""Judgements about characters: what is odd, and what only looks odd. Oracle for mojibake: the codec itself."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.text.check_characters import decoded_again, judge_characters, without_invisible
from tagger.text.repair_characters import clean


def kinds(form):
    return [judgement.kind for judgement in judge_characters(form)]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("caf\ufffd", ["replacement-character"]),
        ("e\u0301te\u0301", ["not-nfc"]),
        ("wo\u200drd", ["zero-width"]),
        ("\ufeffword", ["zero-width"]),
        ("\u202aword\u202c", ["zero-width"]),
        ("two\u200bwords", ["zero-width-space"]),
        ("\u200b", ["blank-token"]),
        ("\u00a0\u00a0", ["blank-token"]),
        ("\ufe0f", ["blank-token"]),
        ("bell\x07", ["control-character"]),
        ("line\u2028", ["control-character"]),
        ("\ue000x", ["private-use"]),
        ("ba\u00adsic", ["soft-hyphen"]),
        ("10\u00a0000", ["no-break-space"]),
        ("\ufb01ne", ["ligature"]),
        ("&amp;", ["html-entity"]),
        ("eye&#39;s", ["html-entity"]),
        ("nâ€™t", ["mojibake"]),
        ("cafÃ©", ["mojibake"]),
        ("Â£5", ["mojibake"]),
        ("Pаris", ["mixed-script"]),  # Cyrillic a
        ("Моsсоw", ["mixed-script"]),
        ("Οslo", ["mixed-script"]),  # Greek O
    ],
)
def test_odd_characters_are_judged(form, expected):
    assert kinds(form) == expected


@pytest.mark.parametrize(
    "form",
    [
        "word", "AT&T", "R&D;", "Zoë", "naïve", "NÃO", "São", "Â", "’s", "…", "Spaß“", "É»",
        "β-carotene", "μm", "Δt", "αβγ", "Москва", "α",
        "می\u200cخواهم", "क्\u200dष", "👩\u200d💻", "❤️", "\u05d0\u200e", "한국어", "日本", "x̂",
    ],
)  # fmt: skip
def test_what_a_language_needs_is_not_odd(form):
    assert kinds(form) == []


def test_a_judgement_names_the_character_and_what_was_meant():
    (found,) = judge_characters("nâ€™t")
    assert (found.found, found.expected) == ("'nâ€™t'", "'n’t'")
    (found,) = judge_characters("Pаris")
    assert found.found == "'Pаris', with U+0430 CYRILLIC SMALL LETTER A"
    (found,) = judge_characters("ba\u00adsic")
    assert found.found == "'ba\\u00adsic', with a soft hyphen, U+00AD"


@given(st.text(alphabet="éèüñçöàâ’“—£°", min_size=1, max_size=6))
def test_text_that_was_decoded_wrongly_comes_back(text):
    try:
        garbled = f"a{text}b".encode().decode("cp1252")
    except UnicodeDecodeError:  # five bytes mean nothing there
        return
    assert decoded_again(garbled) == f"a{text}b"


@given(st.text(max_size=8))
def test_cleaning_is_composed_and_done_once(form):
    once = clean(form)
    assert clean(once) == once and unicodedata.is_normalized("NFC", once)
    assert bool(form.strip()) <= bool(once)  # no token vanishes


@given(st.text(max_size=8))
def test_what_is_clean_is_not_judged_to_be_mended(form):
    assert not {"zero-width", "not-nfc", "mojibake"} & set(kinds(clean(form)))


def test_joiners_stay_where_they_work():
    assert without_invisible("می\u200cخواهم") == "می\u200cخواهم"
    assert without_invisible("wo\u200crd\u200d") == "word"
