"""Raw text in pieces has the sentences of the whole text, however it is cut and however it comes."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.reading.cutting import cut_pieces
from tagger.reading.pieces import BOUNDS, Bounds, Reading
from tagger.reading.text_pieces import first_end, last_end, load_tokenizer
from tagger.text.sentence_ends import SAMPLE
from tagger.text.tokenizer import TokenizedSentence, split_sentences, stream_sentences
from tests.reading.piecewise import CHUNKS, PAUSES, assert_pieces_hold, cut, parse, sentences
from tests.text.test_sentence_ends import LONG, TEXTS

SETTLED = st.sampled_from(["paragraph", "wrapped", "sentence"])
LINE_ENDS = ["\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


def as_found(words):
    return [TokenizedSentence(*own[:3]) for own in words if own.tokens]


def check(text, reading, whole, *, chunk, pauses, bounds):
    text = text.replace("\0", "")  # an error of its own
    pieces = cut(text, reading, chunk=chunk, pauses=pauses, bounds=bounds)
    text = text.removeprefix("\ufeff")
    words = parse(pieces, reading, bounds=bounds)
    assert_pieces_hold(text, pieces)
    assert as_found(words) == list(whole(text))
    assert "".join((own.gap or "") + (own.text or "") for own in words) == text


@settings(max_examples=400, deadline=None)
@given(st.one_of(TEXTS, st.text()), SETTLED, CHUNKS, PAUSES, st.integers(1, 40), st.integers(1, 60))
def test_sentences_are_those_of_the_whole_text(text, mode, chunk, pauses, piece, paragraph):
    check(
        text,
        Reading(line_breaks=mode),
        lambda whole: split_sentences(whole, line_breaks=mode),
        chunk=chunk,
        pauses=pauses,
        bounds=Bounds(piece=piece, paragraph=paragraph),
    )


@settings(max_examples=60, deadline=None)
@given(LONG, SETTLED, st.integers(50, 9000), PAUSES, st.integers(1, 9000), st.integers(1, 9000))
def test_endless_runs_are_cut_as_in_the_whole_text(text, mode, chunk, pauses, piece, paragraph):
    check(
        text,
        Reading(line_breaks=mode),
        lambda whole: split_sentences(whole, line_breaks=mode),
        chunk=chunk,
        pauses=pauses,
        bounds=Bounds(piece=piece, paragraph=paragraph),
    )


@settings(max_examples=200, deadline=None)
@given(TEXTS, CHUNKS, PAUSES, st.integers(1, 40), st.integers(1, 60), st.integers(1, 6))
def test_a_line_is_a_sentence_cut_after_many_tokens(text, chunk, pauses, piece, paragraph, tokens):
    check(
        text,
        Reading(input_format="sentences"),
        lambda whole: stream_sentences([whole], line_breaks="sentence", max_tokens=tokens),
        chunk=chunk,
        pauses=pauses,
        bounds=Bounds(piece=piece, paragraph=paragraph, tokens=tokens),
    )


@settings(max_examples=60, deadline=None)
@given(TEXTS, CHUNKS)
def test_auto_decides_as_for_the_whole_text(text, chunk):
    check(text, Reading(), split_sentences, chunk=chunk, pauses=[], bounds=Bounds(piece=10, paragraph=10))


WRAPPED = "It was a bright cold day in April and\nthe clocks struck one, so he\nwent home. Nobody\nsaw him.\n"


def test_auto_decides_from_the_first_characters():
    wrapped = WRAPPED * (SAMPLE // len(WRAPPED) + 1)
    text = wrapped + "One line.\nAnother\n" * 9000
    check(text, Reading(), split_sentences, chunk=1000, pauses=[], bounds=Bounds(piece=100, paragraph=100))


def test_auto_decides_from_what_has_come_before_a_pause():
    text = WRAPPED + "One\nis.\n"
    pieces = cut(text, Reading(), chunk=len(WRAPPED), pauses=[True, False], bounds=BOUNDS)
    assert [len(as_found(parse([piece], Reading(), bounds=BOUNDS))) for piece in pieces] == [1, 0, 2]
    assert pieces[1] is None


@pytest.mark.parametrize("end", LINE_ENDS)
def test_a_paragraph_ends_at_every_line_end(end):
    text = f"one two{end}three{end}four"
    at = text.index("four")
    assert last_end(text, "paragraph") == last_end(text, "sentence") == at
    assert first_end(text, 0, "paragraph") == text.index(end) + (1 if end == "\r\n" else len(end))
    assert last_end(text, "wrapped") == first_end(text, 0, "wrapped") == 0


@pytest.mark.parametrize("end", LINE_ENDS)
@pytest.mark.parametrize("inner", ["", " ", "\t \u3000"])
def test_a_wrapped_paragraph_ends_at_a_blank_line(end, inner):
    text = f"one{end}two{end}{inner}{end}three{end}four"
    assert last_end(text, "wrapped") == first_end(text, 0, "wrapped") == text.index("three")
    assert last_end(f"one{end}{inner}", "wrapped") == 0


def test_a_piece_is_about_as_large_as_asked_and_travels():
    text = "Ada lives in Paris.\n" * 20_000
    pieces = cut(text, Reading(), bounds=BOUNDS)
    assert all(60_000 < len(piece.content) < 140_000 for piece in pieces[:-1])
    assert [piece.head for piece in pieces] == ["paragraph"] * len(pieces)
    assert pickle.loads(pickle.dumps(pieces)) == pieces


def test_text_is_not_split_before_it_is_parsed_unless_a_paragraph_is_endless():
    bounds = Bounds(piece=100, paragraph=1000)
    text = "Ada lives. " * 200 + "\n" + "She works.\n" * 50
    pieces = cut(text, Reading(line_breaks="paragraph"), chunk=100, bounds=bounds)
    assert [type(piece.head) for piece in pieces[:5]] == [list] * 5
    assert {piece.head for piece in pieces[-3:]} == {"paragraph"}


@pytest.mark.parametrize(
    "content",
    ["", "Ada", "Ada lives.", "\n", "\n" * 1000, "\ufeffAda", "\u2028", "Ada\r\n\r\nlives", " \t "],
)
def test_small_and_empty_texts_are_read(content):
    check(
        content,
        Reading(),
        split_sentences,
        chunk=3,
        pauses=[True, False],
        bounds=Bounds(piece=5, paragraph=9),
    )


def test_a_pipe_gives_each_sentence_once_it_is_complete():
    reading = Reading(line_breaks="paragraph")
    seen = []
    for piece in cut(
        "One.\nTwo. And so on he goes and on.\nThree.", reading, chunk=9, pauses=[True], bounds=BOUNDS
    ):
        seen += [words.text for words in parse([piece], reading, bounds=BOUNDS) if words.tokens]
        seen += ["pause"] * (piece is None)
    first = ["One.", "pause", "Two.", "pause"]
    assert seen == [*first, "pause", "And so on he goes and on.", "pause", "pause", "Three."]


class _Spaces:
    """Splits at spaces, a line a sentence."""

    def __call__(self, text, *, line_breaks="auto", offset=0):
        at = offset
        for line in text.splitlines(keepends=True):
            tokens, starts = [], []
            place = at
            for part in line.split(" "):
                if part.strip():
                    tokens.append(part.strip())
                    starts.append(place)
                place += len(part) + 1
            if tokens:
                ends = [start + len(token) for start, token in zip(starts, tokens, strict=True)]
                yield TokenizedSentence(tokens, starts, ends)
            at += len(line)


def test_another_tokenizer_gets_whole_paragraphs_or_what_ends_at_a_space(monkeypatch):
    load_tokenizer.cache_clear()
    monkeypatch.setattr("tagger.reading.text_pieces.load_tokenizer", lambda name: _Spaces())
    monkeypatch.setattr("tagger.reading.cutting.load_tokenizer", lambda name: _Spaces())
    reading = Reading(tokenizer="spaces", line_breaks="paragraph")
    text = "Ada lives.\nShe works there and there and there.\nEnd"
    found = sentences(text, reading, chunk=7, pauses=[True, False], bounds=Bounds(piece=10, paragraph=20))
    assert [words.text for words in found] == [
        "Ada lives.",
        "She works there and",
        "there and there.",
        "End",
    ]
    assert all(text[words.starts[0] : words.ends[-1]] == words.text for words in found)


@pytest.mark.parametrize("content", ["Ada lives in Paris. ", "Ada lives in Paris.\n", "x", " ", "\n"])
@pytest.mark.parametrize("input_format", ["text", "sentences", "tokens"])
def test_what_is_held_does_not_grow_with_the_file(tmp_path, content, input_format):
    path = tmp_path / "text.txt"
    path.write_text(content * (1_200_000 // len(content)), encoding="utf-8")
    bounds = Bounds(line=200_000, tokens=1000)
    pieces = list(cut_pieces(str(path), Reading(input_format=input_format), bounds=bounds))
    assert max(len(piece.content) for piece in pieces) < 420_000
