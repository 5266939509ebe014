"""What the tokenizer makes of words, numbers, abbreviations, addresses, signs and any Unicode text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import SettingsError
from tagger.text.tokenizer import TokenizedSentence, split_sentences, tokenize

STRANGE = (
    "\ufeff\u200b\u200d\u00ad\u2028\u2029\x85\x00\x1c\r\n\t\v\f \u3000é\u0301हि。漢かカ한👍🏽👩"
    "\U0001f1e9\U0001f1ea\ufe0f\u20e3aA1ſİ"
    "'’\"`.,:;!?…-–—_@#$%&*()[]<>/\\~^+=|"
)


def assert_loses_nothing(text: str, sentence: TokenizedSentence) -> None:
    """Checks every offset against the text, and that all that is not white space is in some token."""
    assert [
        text[begin:end] for begin, end in zip(sentence.starts, sentence.ends, strict=True)
    ] == sentence.tokens
    assert all(sentence.tokens)
    assert "".join(sentence.tokens) == "".join(text.split())
    assert all(end <= begin for end, begin in zip(sentence.ends, sentence.starts[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I don't know; we can't.", "I do n't know ; we ca n't ."),
        ("DON’T! She wasn’t, isn`t", "DO N’T ! She was n’t , is n`t"),
        ("Ada's dog, the dogs' bowls", "Ada 's dog , the dogs ' bowls"),
        ("they'll we've you're I'm he'd", "they 'll we 've you 're I 'm he 'd"),
        ("I cannot, I dont, gonna wanna", "I can not , I do nt , gon na wan na"),
        ("a 15-year-old, non-smoking e-mail", "a 15 - year - old , non-smoking e-mail"),
        ("O'Brien said rock'n'roll", "O'Brien said rock'n'roll"),
        ("l'homme qu'il d'abord", "l' homme qu' il d' abord"),
        ("and/or w/o AT&T", "and / or w/o AT&T"),
        ("snake_case _name_", "snake_case _ name _"),
    ],
)
def test_words_are_cut_as_in_english_ewt(text: str, expected: str) -> None:
    assert tokenize(text).tokens == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$5 US$4.50 1,234.56 50%", "$ 5 US$ 4.50 1,234.56 50 %"),
        ("at 12:30, 5pm and 10:30am", "at 12:30 , 5 pm and 10:30 am"),
        ("20th 1990s 60's '99", "20th 1990s 60's '99"),
        ("35mm 10kg 3G M16", "35 mm 10 kg 3G M16"),
        ("11/28/2000 9/11 1/2 1998-2000", "11/28/2000 9/11 1 / 2 1998 - 2000"),
        ("713-853-3989 or 646-8420", "713-853-3989 or 646-8420"),
        ("3.14. Then 7.", "3.14 . Then 7 ."),
        ("It costs .5 or +1.", "It costs .5 or +1 ."),
    ],
)
def test_numbers_keep_their_marks_and_leave_their_units(text: str, expected: str) -> None:
    assert tokenize(text).tokens == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Who met Mr. J. Smith", "Dr. Who met Mr. J. Smith"),
        ("the U.S. Army", "the U.S. Army"),
        ("in the U.S. The end", "in the U.S . The end"),
        ("apples, etc. and pears, etc.", "apples , etc. and pears , etc ."),
        ("at 5 p.m. on Monday", "at 5 p.m. on Monday"),
        ("Acme Inc. makes; Acme Inc. The", "Acme Inc. makes ; Acme Inc . The"),
        ("No. 5 but no. Nothing", "No. 5 but no . Nothing"),
        ("Ph.D. students, e.g. Ann (i.e. me)", "Ph.D. students , e.g. Ann ( i.e. me )"),
        ("и т.д. А. Пушкин", "и т.д. А. Пушкин"),
        ("two lbs., three", "two lbs. , three"),
        ("43 km. north but 43 km. Then", "43 km. north but 43 km . Then"),
        ("Sat. Sept. 4 and we sat. Then", "Sat. Sept. 4 and we sat . Then"),
    ],
)
def test_the_full_stop_of_an_abbreviation_stays_unless_it_ends_the_sentence(text: str, expected: str) -> None:
    assert tokenize(text).tokens == expected.split()


@pytest.mark.parametrize(
    "token",
    [
        "https://example.org/a_b?c=d&e=f#g",
        "www.example.co.uk/path",
        "first.last+tag@mail.example.com",
        "example.com",
        "report-2.docx",
        "comp.sources.unix",
        "@someone",
        "#topic",
        ":-)",
        ";)",
        "<3",
        "...",
        "?!",
        "--",
        "====",
        "👩🏽‍🚀",
        "🇩🇪",
        "❤️",
        "#️⃣",
    ],
)
def test_addresses_files_emoticons_emoji_and_runs_of_marks_are_one_token(token: str) -> None:
    assert tokenize(f"See {token} now").tokens == ["See", token, "now"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the end.The next,too;see (it)here:yes", "the end . The next , too ; see ( it ) here : yes"),
        ("Hello!How are you?Fine", "Hello ! How are you ? Fine"),
        ("J.K.Rowling met George W.Bush and Mr.Smith", "J.K. Rowling met George W. Bush and Mr. Smith"),
        ("the U.S.Army, U.S.based, in the U.S.The end", "the U.S. Army , U.S. based , in the U.S . The end"),
        ("at 5 p.m.on time, 6 p.m.Regards e.g.this", "at 5 p.m. on time , 6 p.m . Regards e.g. this"),
        ("on May 5,2005 but 1,234.56", "on May 5 , 2005 but 1,234.56"),
        ("It is over.4 people", "It is over . 4 people"),
        ("Write to a.b@example.com.Thanks", "Write to a.b@example.com . Thanks"),
        ("for help.Regards.Sara", "for help . Regards . Sara"),
    ],
)
def test_marks_without_white_space_behind_them_are_cut_off(text: str, expected: str) -> None:
    assert tokenize(text).tokens == expected.split()


@pytest.mark.parametrize(
    "token",
    [
        *("U.S.A", "3.14", "10:30", "1,234.56", "12,345,678", "3,5", "setup.py", "Amazon.com", "a.b.com"),
        *("first.last@Mail.Example.com", "System.out.println", "https://example.org/J.K.Rowling", "Ph.D."),
    ],
)
def test_marks_inside_numbers_addresses_files_and_abbreviations_stay(token: str) -> None:
    assert tokenize(f"See {token} now").tokens == ["See", token, "now"]


def test_an_address_leaves_the_marks_behind_it() -> None:
    assert tokenize("(see http://a.org/b).").tokens == ["(", "see", "http://a.org/b", ")", "."]
    assert tokenize("<a@b.org>, x").tokens == ["<", "a@b.org", ">", ",", "x"]


def test_words_of_other_scripts_keep_marks_and_joiners_and_han_characters_stand_alone() -> None:
    assert tokenize("हिन्दी में নাম naïve cafe\u0301").tokens == ["हिन्दी", "में", "নাম", "naïve", "cafe\u0301"]
    assert tokenize("我们走。カタカナ です 한국어").tokens == [
        "我",
        "们",
        "走",
        "。",
        "カタカナ",
        "で",
        "す",
        "한국어",
    ]


def test_offsets_count_characters_of_the_untouched_text() -> None:
    sentence = tokenize("\ufeff a\r\n\r\nb\u2028c\x00 👍🏽d ")
    assert sentence.tokens == ["\ufeff", "a", "b", "c", "\x00", "👍🏽", "d"]
    assert sentence.starts == [0, 2, 7, 9, 10, 12, 14]
    assert sentence.ends == [1, 3, 8, 10, 11, 14, 15]


def test_text_without_tokens_gives_an_empty_sentence() -> None:
    assert tokenize("") == TokenizedSentence([], [], [])
    assert tokenize(" \n\u2028 \t") == TokenizedSentence([], [], [])


@given(st.text())
def test_no_character_of_any_text_is_lost(text: str) -> None:
    assert_loses_nothing(text, tokenize(text))


@given(st.text(alphabet=st.sampled_from(STRANGE), max_size=60))
def test_no_character_of_text_full_of_marks_is_lost(text: str) -> None:
    assert_loses_nothing(text, tokenize(text))


@pytest.mark.parametrize(
    "run", ["a", "a.", "a-", "1,", "a@", "http://", "''", "漢", "\u0301", "a_", "!?", "1:", "A&", "\u200d"]
)
def test_a_long_run_without_white_space_is_cut_into_bounded_tokens(run: str) -> None:
    text = run * 10_000
    sentence = tokenize(text)
    assert_loses_nothing(text, sentence)
    assert max(map(len, sentence.tokens)) <= 2048


def test_an_unknown_meaning_of_line_breaks_is_an_error() -> None:
    with pytest.raises(
        SettingsError, match=r"^line_breaks: expected one of auto, paragraph, wrapped, sentence, found 'none'"
    ):
        list(split_sentences("Ada.", line_breaks="none"))  # type: ignore[arg-type]
