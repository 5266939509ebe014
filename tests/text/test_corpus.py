"""Whole sources: formats, several files, joined layers, maps, what is said aloud, what is wrong."""

import gzip
import json
from pathlib import Path

import pytest

from tagger.errors import DataError, SettingsError
from tagger.text.corpus import Source, format_of, read_corpus


def _file(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def _conllu(*sentences):
    parts = []
    for name, words in sentences:
        rows = "".join(f"{i}\t{w}\t_\t{p}\t_\t_\t_\t_\t_\t_\n" for i, (w, p) in enumerate(words, 1))
        parts.append(f"# sent_id = {name}\n{rows}\n")
    return "".join(parts)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.conllu", "conllu"),
        ("a.CONLLU.gz", "conllu"),
        ("a.iob2.xz", "iob2"),
        ("a.jsonl", "jsonl"),
        ("a.json.bz2", "jsonl"),
        ("eng.train", "columns"),
        ("a.txt.gz", "columns"),
        ("-", "columns"),
        (".", "dataset"),
    ],
)
def test_the_name_tells_the_format(path, kind):
    assert format_of(path) == kind
    assert format_of(path, "iob2") == "iob2"


def test_a_column_file_is_read_named_and_made_iob2(tmp_path):
    path = _file(
        tmp_path,
        "a.conll",
        "-DOCSTART- -X- O O\n\nEU NNP I-NP I-ORG\nlamb NN I-NP O\n\nPeter NNP I-NP I-PER\n",
    )
    corpus = read_corpus(Source((path,)))
    assert corpus.schemes == {"pos": "none", "chunk": "IOB2", "ner": "IOB2"}
    assert corpus.found == {path: {"pos": "none", "chunk": "IOB1", "ner": "IOB1"}}
    assert corpus.sentences[0].tags["ner"] == ["B-ORG", "O"]
    assert corpus.notes == [
        f"{path}: columns word, pos, chunk, ner (named by what they hold; --columns names them)",
        f"{path}: chunk is IOB1 (2 entities)",
        f"{path}: ner is IOB1 (2 entities)",
    ]


def test_files_of_other_schemes_become_one_corpus(tmp_path):
    one = _file(tmp_path, "one", "a I-X\n\nb I-X\n")
    two = str(tmp_path / "two.gz")
    Path(two).write_bytes(gzip.compress(b"a\tS-X\nb\tB-X\nc\tE-X\n"))
    corpus = read_corpus(Source((one, two)))
    assert [s.tags["ner"] for s in corpus.sentences] == [["B-X"], ["B-X"], ["B-X", "B-X", "I-X"]]
    assert corpus.found == {one: {"ner": "IOB1"}, two: {"ner": "IOBES"}}


def test_a_column_that_not_every_file_has_is_left_out_and_said(tmp_path):
    one, two = _file(tmp_path, "one", "a N B-X\n"), _file(tmp_path, "two", "a N\n")
    corpus = read_corpus(Source((one, two)))
    assert corpus.schemes == {"pos": "none"} and corpus.sentences[0].tags == {"pos": ["N"]}
    assert f"{one}: ner is left out (another file lacks it)" in corpus.notes


def test_a_column_must_be_of_one_kind(tmp_path):
    one, two = _file(tmp_path, "one", "a B-X\n"), _file(tmp_path, "two", "a N\n")
    with pytest.raises(DataError) as error:
        read_corpus(Source((one, two), columns=("word", "t")))
    assert str(error.value) == f"{two}: expected tags of spans in t as in {one}, found plain tags."


def test_a_layer_is_joined_by_id_and_its_odd_labels_mapped_away(tmp_path):
    """EWT: the entity layer stands in another order; OTH and B-O are no part of the scheme."""
    main = _file(tmp_path, "a.conllu", _conllu(("s1", [("Al", "X"), (".", "PUNCT")]), ("s2", [("US", "X")])))
    layer = _file(
        tmp_path,
        "a.iob2",
        "# sent_id = s2\n1\tUS\tB-OTH\t-\tann\n\n# sent_id = s1\n1\tAl\tB-PER\t-\tann\n2\t.\tB-O\n\n",
    )
    corpus = read_corpus(Source((main,), (layer,), maps=("ner:OTH=O", "ner:B-O=O", "upos:Y=Z")))
    assert [s.tags for s in corpus.sentences] == [
        {"upos": ["X", "PUNCT"], "ner": ["B-PER", "O"]},
        {"upos": ["X"], "ner": ["O"]},
    ]
    assert corpus.schemes == {"upos": "none", "ner": "IOB2"}
    assert corpus.notes == [
        f"{main}: xpos is left out (_ on every token)",
        f"{layer}: the map ner:OTH=O changed 1 tag",
        f"{layer}: the map ner:B-O=O changed 1 tag",
        f"{layer}: ner is IOB2 (1 entity)",
        f"{main}: joined with {layer} (2 sentences)",
        "the map upos:Y=Z changed nothing",
    ]


def test_layers_go_to_their_files_in_turn(tmp_path):
    paths = [_file(tmp_path, f"{n}", f"{n} N\n") for n in "ab"]
    layers = [
        _file(tmp_path, f"{n}{kind}", f"{n} {tag}\n")
        for kind, tag in (("1", "B-X"), ("2", "B-NP"))
        for n in "ab"
    ]
    corpus = read_corpus(Source(tuple(paths), tuple(layers)))
    assert [s.tags for s in corpus.sentences] == [{"pos": ["N"], "ner": ["B-X"], "chunk": ["B-NP"]}] * 2
    with pytest.raises(SettingsError) as error:
        read_corpus(Source(tuple(paths), tuple(layers[:3])))
    assert str(error.value) == "join: expected as many files as there are to join them to (2), found 3."


@pytest.mark.parametrize("text", ["", "\n\n", "-DOCSTART- -X- O\n\n", "# only = comment\n"])
def test_a_file_without_a_sentence_is_an_error(tmp_path, text):
    path = _file(tmp_path, "a", text)
    with pytest.raises(DataError) as error:
        read_corpus(Source((path,)))
    assert str(error.value) == f"{path}: expected at least one sentence, found none. Is the file empty?"


def test_skipping_everything_is_an_error_that_shows_the_first(tmp_path):
    path = _file(tmp_path, "a", "a N O\nb N\n")
    with pytest.raises(DataError) as error:
        read_corpus(Source((path,), on_error="skip"))
    assert str(error.value) == (
        f"{path}: expected at least one sentence, found none that can be read: "
        f"{path}:2: expected 3 columns as in line 1, found 2. Is a space missing?"
    )


def test_skipping_goes_on_counts_and_says_so(tmp_path):
    path = str(tmp_path / "a")
    Path(path).write_bytes(
        b"\xef\xbb\xbfa O\nb B-X\n\nc\n\nd\tO\n\n\xff O\n\ne\0 O\n\nf I-X\n\ng B-Y\nh B-X\n"
    )
    corpus = read_corpus(Source((path,), on_error="skip"))
    assert [s.tokens for s in corpus.sentences] == [["a", "b"], ["g", "h"]]
    assert corpus.skipped == {
        "byte order mark (dropped)": 1,
        "wrong number of columns": 1,
        "tabs and spaces mixed": 1,
        "not UTF-8": 1,
        "NUL byte": 1,
        "tag breaks its scheme": 1,
    }
    assert corpus.notes[-1].startswith(
        f"{path}: left out 5 sentences (1 byte order mark (dropped), 1 wrong number"
    )
    with pytest.raises(DataError):
        read_corpus(Source((path,)))


def test_sentences_need_the_columns_of_the_first(tmp_path):
    records = [{"tokens": ["a"], "ner": ["O"]}, {"tokens": ["b"], "pos": ["N"]}]
    path = _file(tmp_path, "a.jsonl", "".join(json.dumps(r) + "\n" for r in records))
    with pytest.raises(DataError) as error:
        read_corpus(Source((path,)))
    assert str(error.value) == f"{path}:2: expected the columns ner as at {path}:1, found pos."
    assert len(read_corpus(Source((path,), on_error="skip")).sentences) == 1


@pytest.mark.parametrize(
    ("schemes", "message"),
    [
        ({"ner": "BIO"}, "input_schemes.ner: expected none or IOB1 or IOB2 or IOBES, found 'BIO'."),
        ({"nerr": "IOB1"}, "input_schemes.nerr: expected one of the columns ner, found 'nerr'."),
    ],
)
def test_stated_schemes_are_checked(tmp_path, schemes, message):
    path = _file(tmp_path, "a", "a O\n")
    with pytest.raises(SettingsError) as error:
        read_corpus(Source((path,), input_schemes=schemes))
    assert str(error.value) == message


def test_a_source_needs_a_path():
    with pytest.raises(SettingsError) as error:
        read_corpus(Source(()))
    assert str(error.value) == "paths: expected at least one file, found none."


def test_a_long_sentence_with_tags_is_read_in_linear_time(tmp_path):
    path = _file(tmp_path, "a", "a I-X\nb O\n" * 50_000)
    (sentence,) = read_corpus(Source((path,))).sentences
    assert len(sentence.tokens) == 100_000 and sentence.tags["ner"][:2] == ["B-X", "O"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "1\tEU\tB-ORG\n2\trejects\tO\n",
            ":1: expected words in the first column, found the numbers of tokens (as in CoNLL-U). "
            "Pass --format conllu or iob2, or --columns -,word,... with a name for each column.",
        ),
        (
            '{"tokens": ["EU"], "ner": ["B-ORG"]}\n',
            ":1: expected columns, found JSON. Pass --format jsonl, or call the file .jsonl.",
        ),
        (
            "EU NNP\rrejects VBZ\r",
            r":1: expected lines that end in \n or \r\n, found a carriage return alone. "
            r"Convert the file, for example with `tr '\r' '\n'`.",
        ),
    ],
)
def test_another_format_under_the_name_of_columns_is_an_error(tmp_path, text, message):
    path = tmp_path / "a.conll"
    path.write_bytes(text.encode())
    with pytest.raises(DataError) as error:
        read_corpus(Source((str(path),)))
    assert str(error.value) == f"{path}{message}"


def test_numbers_of_tokens_may_be_a_named_column(tmp_path):
    path = _file(tmp_path, "a.conll", "1\tEU\tB-ORG\n2\trejects\tO\n")
    corpus = read_corpus(Source((path,), columns=("-", "word", "ner")))
    assert [s.tokens for s in corpus.sentences] == [["EU", "rejects"]]
