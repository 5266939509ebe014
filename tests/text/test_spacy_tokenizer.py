"""spaCy's tokenizers of other languages as splitters; the oracle is spaCy itself on the whole paragraph."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import SettingsError
from tagger.text import spacy_tokenizer
from tagger.text.spacy_tokenizer import MAX_RUN, load_splitter
from tagger.text.tokenizer import MAX_TOKENS, split_sentences

GERMAN = "Er kam am 3. Mai mit Dr. Müller. Geht das?  Ja!\nNeue Zeile z.B. hier\n\nEnde."


@pytest.fixture(scope="module")
def spacy():
    return pytest.importorskip("spacy", reason='needs spaCy: pip install "tagger[spacy]"')


@pytest.fixture(scope="module")
def german(spacy):
    return load_splitter("spacy:de")


def sentences(splitter, text, **options):
    return [sentence.tokens for sentence in splitter(text, **options)]


def test_english_is_the_own_tokenizer():
    assert load_splitter("english") is split_sentences


@pytest.mark.parametrize("name", ["german", "spacy", "spacy:", "spacy:DE", "spacy:../x", "de", ""])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(SettingsError) as error:
        load_splitter(name)
    assert str(error.value) == (
        f"--tokenizer: expected english, or spacy:LANGUAGE such as spacy:de, found {name!r}."
    )


def test_an_unknown_language_is_refused(spacy):
    with pytest.raises(SettingsError) as error:
        load_splitter("spacy:qq")
    assert str(error.value) == (
        "--tokenizer: expected a language that spaCy knows, with the packages that it needs, found 'spacy:qq'. "
        "Its languages: https://spacy.io/usage/models#languages"
    )


def test_without_spacy_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(SettingsError) as error:
        load_splitter("spacy:nl")
    assert str(error.value) == (
        '--tokenizer: expected spaCy to be installed, found none. Install it: pip install "tagger[spacy]"'
    )


@pytest.mark.parametrize(
    ("line_breaks", "expected"),
    [
        ("paragraph", ["Er … Müller .", "Geht das ?", "Ja !", "Neue Zeile z.B. hier", "Ende ."]),
        ("wrapped", ["Er … Müller .", "Geht das ?", "Ja !", "Neue Zeile z.B. hier", "Ende ."]),
        ("sentence", ["Er … Müller . Geht das ? Ja !", "Neue Zeile z.B. hier", "Ende ."]),
        ("auto", ["Er … Müller .", "Geht das ?", "Ja !", "Neue Zeile z.B. hier", "Ende ."]),
    ],
)
def test_line_breaks_mean_what_they_say(german, line_breaks, expected):
    found = [" ".join(tokens) for tokens in sentences(german, GERMAN, line_breaks=line_breaks)]
    assert [s.replace("Er kam am 3. Mai mit Dr. Müller .", "Er … Müller .") for s in found] == expected


def test_wrapped_lines_are_one_sentence(german):
    text = "Ein Satz\nüber zwei Zeilen\n \nNoch\neiner"
    assert sentences(german, text, line_breaks="wrapped") == [
        ["Ein", "Satz", "über", "zwei", "Zeilen"],
        ["Noch", "einer"],
    ]


@settings(deadline=None, max_examples=60)
@given(
    st.text(st.characters() | st.sampled_from(" \n\r\t\u2028.?!'\"a\ud800"), max_size=80), st.integers(0, 9)
)
def test_nothing_but_white_space_is_lost_and_offsets_are_exact(text, offset):
    pytest.importorskip("spacy", reason='needs spaCy: pip install "tagger[spacy]"')
    german = load_splitter("spacy:de")
    for line_breaks in ("paragraph", "wrapped", "sentence"):
        found = list(german(text, line_breaks=line_breaks, offset=offset))
        assert all(sentence.tokens for sentence in found)
        for tokens, starts, ends in found:
            assert tokens == [text[a - offset : b - offset] for a, b in zip(starts, ends, strict=True)]
            assert not [token for token in tokens if token.split() != [token]]
        assert "".join("".join(sentence.tokens) for sentence in found) == "".join(text.split())


@pytest.mark.parametrize("part", [20, 50, 1000])
def test_a_long_paragraph_has_the_sentences_that_spacy_finds_in_the_whole(spacy, german, monkeypatch, part):
    monkeypatch.setattr(spacy_tokenizer, "PART", part)
    text = " ".join(f"Das ist z.B. Satz {number}, sagte er... Ja? (Nein.)" for number in range(60))
    nlp = spacy.blank("de")
    nlp.add_pipe("sentencizer")
    assert sentences(german, text) == [[token.text for token in sent] for sent in nlp(text).sents]


def test_languages_without_spaces_are_cut_in_parts_too(spacy, monkeypatch):
    monkeypatch.setattr(spacy_tokenizer, "PART", 50)
    chinese = load_splitter("spacy:zh")
    assert sentences(chinese, "我們在東京。" * 100) == [list("我們在東京。")] * 100


def test_a_sentence_without_end_is_cut(german):
    found = sentences(german, "wort " * (2 * MAX_TOKENS + 5))
    assert [len(tokens) for tokens in found] == [MAX_TOKENS, MAX_TOKENS, 5]


def test_a_run_without_end_is_cut_but_not_its_sentence(german):
    [tokens] = sentences(german, "Ein " + "x" * (2 * MAX_RUN + 1) + " hier.")
    assert tokens == ["Ein", "x" * MAX_RUN, "x" * MAX_RUN, "x", "hier", "."]


def test_spacy_starts_anew_before_its_forms_fill_the_memory(german, monkeypatch):
    monkeypatch.setattr(spacy_tokenizer, "MAX_STRINGS", 10)
    text = "\n".join(f"form{number} form{number}." for number in range(100))
    assert len(sentences(german, text)) == 100
    assert len(german._nlp.vocab.strings) < german._strings + 20
