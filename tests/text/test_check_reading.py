"""Reading for a check: every broken row is a finding, what can be read is kept, places are those of the right file."""

import pytest

from tagger.text.check_reading import common_columns
from tagger.text.findings import KINDS
from tests.text.checked_parts import brief, part_of, read

ROW = "\t".join("1 a a X Y _ _ _ _ _".split())


def row(number: int, word: str = "a") -> str:
    return "\t".join([str(number), word, word, "X", "Y", "_", "_", "_", "_", "_"])


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "a.conll",
            "a X O\nb X\nc X O O\nd X O\n\ne X O\nf\tX O\n\ng X O\n",
            [("wrong-number-of-columns", 2), ("wrong-number-of-columns", 3), ("tabs-and-spaces-mixed", 7)],
        ),
        ("a.tsv", "a\tX\nb\t\n\tX\n\nc\tX\n", [("empty-column", 2), ("empty-column", 3)]),
        (
            "a.conllu",
            f"{row(1)}\n2\tb\n{row(3)}\n{row(5)}\n\n{row(1)}\n{row(1)}\n\n{row(1)}\n",
            [("wrong-number-of-columns", 2), ("token-ids", 4), ("token-ids", 7)],
        ),
        (
            "a.iob2",
            "1\ta\tO\n2\tb\n3\tc\t\n\n1\ta\tO\n",
            [("wrong-number-of-columns", 2), ("empty-column", 3)],
        ),
        (
            "a.jsonl",
            '{"tokens": ["a"], "pos": ["X"]}\nno\n[1]\n{"tokens": ["a"], "pos": ["X", "Y"]}\n{"tokens": [], "pos": []}\n'
            '{"tokens": ["a"], "pos": [1]}\n{"tokens": ["a"], "pos": [""]}\n{"text": "a b", "spans": [{"start": 5, "end": 9, "label": "X"}]}\n'
            '{"tokens": ["\\ud800"], "pos": ["X"]}\n{"spans": [], "text": 1}\n',
            [
                ("not-json", 2),
                ("not-a-json-object", 3),
                ("lists-of-unequal-length", 4),
                ("no-tokens", 5),
                ("not-strings", 6),
                ("empty-tag", 7),
                ("bad-span", 8),
                ("not-text", 9),
                ("no-text", 10),
            ],
        ),
    ],
    ids=["columns", "tabs", "conllu", "iob2", "jsonl"],
)
def test_every_broken_row_is_found_and_the_rest_is_read(tmp_path, name, content, expected):
    part, findings = read(tmp_path / name, content)
    assert brief(findings) == expected
    assert {kind for kind, _ in expected} <= KINDS.keys()
    assert part is not None and len(part.sentences) == 1 and part.unread


def test_a_finding_says_what_the_reader_says(tmp_path):
    _, (finding,) = read(tmp_path / "a", "a X O\nb X\n\nc X O\n", columns=("word", "pos", "ner"))
    assert (
        str(finding)
        == f"{tmp_path / 'a'}:2: expected 3 columns (word, pos, ner), found 2. Is a space missing?"
    )
    assert finding.severity == "error"


def test_lines_that_are_no_text_are_found_once_each(tmp_path):
    content = f"{row(1)}\n".encode() + b"2\t\xe9\t_\n" + f"{row(3)}\n\n{row(1)}\n".encode()
    part, findings = read(tmp_path / "a.conllu", content)
    assert brief(findings) == [("not-utf-8", 2)]
    assert part is not None and len(part.sentences) == 1


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("", "unreadable"),
        ("\xff\xfea\0".encode("latin-1"), "unreadable"),
        ("1 a X\n2 b X\n", "unreadable"),
        ("a\rb", "unreadable"),
    ],
)
def test_a_file_without_sentences_is_one_finding(tmp_path, content, kind):
    part, findings = read(tmp_path / "a", content)
    assert part is None and [finding.kind for finding in findings] == [kind]


def test_tags_of_a_joined_layer_stand_in_its_own_file(tmp_path):
    layer = tmp_path / "b.iob2"
    layer.write_text("# x\n1\ta\tB-X\n")
    part, findings = read(tmp_path / "a.conllu", f"{row(1)}\n", layer)
    assert part is not None and not findings
    (sentence,) = part.sentences
    assert str(part.place(sentence, 0, "ner")) == f"{layer}:2"
    assert str(part.place(sentence, 0, "upos")) == str(part.place(sentence)) == f"{tmp_path / 'a.conllu'}:1"


def test_layers_that_differ_are_found(tmp_path):
    layer = tmp_path / "b.iob2"
    layer.write_text("1\tz\tB-X\n\n1\ta\tO\n")
    part, findings = read(tmp_path / "a.conllu", f"{row(1)}\n\n{row(1)}\n", layer)
    assert part is not None and len(part.sentences) == 1
    assert [(f.kind, str(f.place)) for f in findings] == [("join", f"{layer}:1")]


def test_files_need_the_same_columns():
    one, two = part_of("a/B-X b/O", split="train"), part_of("a/N b/V", split="dev")
    three = part_of("a/O", split="test", column="chunk")
    found = [str(finding) for finding in common_columns([one, two, three])]
    assert found == [
        "dev.conll: expected tags of spans in ner as in train.conll, found plain tags. "
        "State the scheme with --input-scheme ner=SCHEME.",
        "test.conll: expected the columns ner as in train.conll, found chunk. Name the columns with --columns.",
    ]
