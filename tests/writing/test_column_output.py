import pytest
from hypothesis import given, settings

from tagger.reading.words import Words
from tagger.text.schemes import convert
from tagger.writing.column_output import render_columns
from tagger.writing.layout import build_layout
from tests.writing.tagged_examples import (
    NAMES,
    TAGS,
    TOKENS,
    WORDS,
    documents,
    example,
    full_layout,
    layout,
    tagged,
)


def written(tasks, words=WORDS, *, probabilities=False, scheme="IOB2"):
    own = layout(tasks, probabilities=probabilities, scheme=scheme)
    return render_columns([words], [example(tasks, probabilities=probabilities)], own).decode()


def test_columns_are_tokens_and_tags_with_a_blank_line_after() -> None:
    assert written(["pos", "ner"]) == (
        "Ada\tNNP\tB-PER\nLovelace\tNNP\tI-PER\nlives\tVBZ\tO\nin\tIN\tO\nParis\tNNP\tB-LOC\n.\t.\tO\n\n"
    )


def test_columns_in_iobes() -> None:
    assert written(["ner"], scheme="IOBES").split()[1::2] == TAGS["ner"]


def test_columns_in_a_scheme_that_needs_the_neighbours() -> None:
    assert written(["pos", "ner"], scheme="IOB1").split()[2::3] == ["I-PER", "I-PER", "O", "O", "I-LOC", "O"]


def test_columns_with_probabilities_have_one_after_each_tag() -> None:
    assert written(["pos", "ner"], probabilities=True).startswith("Ada\tNNP\t0.7408\tB-PER\t0.7408\n")


@pytest.mark.parametrize("separator", ["\t", " "])
@pytest.mark.parametrize("probabilities", [False, True])
def test_rows_of_a_column_file_are_kept_and_tags_appended(separator, probabilities) -> None:
    rows = [separator.join([token, "x", "y"]) for token in TOKENS]
    document = separator.join(["-DOCSTART-", "-X-", "O"])
    words = Words(TOKENS, rows=rows, before=[document, "# id = 1"])
    chance, none = (["0.7408"], ["-"]) if probabilities else ([], [])
    lines = written(["pos", "ner"], words, probabilities=probabilities).split("\n")
    assert lines[:3] == [separator.join([document, "-X-", *none, "O", *none]), "", "# id = 1"]
    assert lines[3] == separator.join(["Ada", "x", "y", "NNP", *chance, "B-PER", *chance])
    assert lines[8:] == [separator.join([".", "x", "y", ".", *chance, "O", *chance]), "", ""]


def test_a_row_with_only_a_word_gets_a_tab() -> None:
    assert written(["pos"], Words(TOKENS, rows=TOKENS)).startswith("Ada\tNNP\n")


def test_rows_and_comments_without_a_sentence_are_kept() -> None:
    words = Words([], before=["-DOCSTART- -X-", "# end"])
    assert (
        render_columns([words], [tagged(words, {"ner": []})], layout(["ner"]))
        == b"-DOCSTART- -X- O\n\n# end\n"
    )


def test_an_untagged_token_has_an_underscore() -> None:
    words = Words(["a", "b"])
    for probabilities, expected in (
        (False, b"a\tNNP\nb\t_\n\n"),
        (True, b"a\tNNP\t0.5000\nb\t_\t0.5000\n\n"),
    ):
        sentence = tagged(words, {"pos": ["NNP", ""]}, probabilities=probabilities)
        assert render_columns([words], [sentence], layout(["pos"], probabilities=probabilities)) == expected


@settings(max_examples=40)
@given(documents())
def test_columns_are_read_back_as_they_were_tagged(document) -> None:
    _, words, sentences = document
    read = [
        [row.split("\t") for row in block.split("\n")]
        for block in render_columns(words, sentences, full_layout()).decode().split("\n\n")[:-1]
    ]
    for block, sentence in zip(read, sentences, strict=True):
        columns = [
            convert(sentence.tags[task], "IOBES" if task != "pos" else "none", "IOB2") for task in NAMES
        ]
        columns[0] = [tag or "_" for tag in columns[0]]
        assert [list(column) for column in zip(*block, strict=True)] == [sentence.tokens, *columns]


def test_another_layout_has_other_rows() -> None:
    labels = {"ner": ["O", "B-X"]}
    for scheme, expected in (("IOB2", b"a\tB-X\n\n"), ("IOBES", b"a\tS-X\n\n"), ("IOB1", b"a\tI-X\n\n")):
        own = build_layout(["ner"], {"ner": "IOB2"}, labels, scheme=scheme)
        assert render_columns([Words(["a"])], [tagged(Words(["a"]), {"ner": ["B-X"]})], own) == expected
