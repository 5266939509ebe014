"""The sample corpus in data/: every file says the same thing, and the README's counts are true.

The parsers here are local and tiny on purpose: they share no code with the package's readers, so they are an oracle for both.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
PARTS = ("train", "dev")
UPOS = set(
    re.findall(r"\w+", "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X")
)
NER = {"O"} | {f"{prefix}-{label}" for prefix in "BI" for label in ("PER", "LOC", "ORG")}

# Penn Treebank tag -> the UPOS it may stand with in UD English
AGREEMENT = {
    "NN": "NOUN PRON SYM", "NNS": "NOUN", "NNP": "PROPN", "NNPS": "PROPN",
    "VB": "VERB AUX", "VBD": "VERB AUX", "VBG": "VERB AUX", "VBN": "VERB AUX", "VBP": "VERB AUX", "VBZ": "VERB AUX", "MD": "AUX",
    "JJ": "ADJ", "JJR": "ADJ", "JJS": "ADJ", "RB": "ADV PART", "RBR": "ADV", "RBS": "ADV", "IN": "ADP SCONJ", "TO": "PART", "POS": "PART",
    "DT": "DET PRON", "PRP": "PRON", "PRP$": "PRON", "WP": "PRON", "WP$": "PRON", "WDT": "PRON DET", "WRB": "ADV SCONJ", "EX": "PRON",
    "CC": "CCONJ", "CD": "NUM", "UH": "INTJ", "ADD": "X", "$": "SYM", "SYM": "SYM", "NFP": "SYM",
    "HYPH": "PUNCT", ",": "PUNCT", ".": "PUNCT", ":": "PUNCT", "``": "PUNCT", "''": "PUNCT", "-LRB-": "PUNCT", "-RRB-": "PUNCT",
}  # fmt: skip


@dataclass
class Block:
    """One sentence of a CoNLL-U or Universal NER file."""

    comments: dict[str, str]
    rows: list[list[str]]

    @property
    def words(self) -> list[list[str]]:
        return [row for row in self.rows if row[0].isdigit()]

    @property
    def ranges(self) -> list[list[str]]:
        return [row for row in self.rows if "-" in row[0]]


def read(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[Block]:
    result = []
    for chunk in read(name).rstrip("\n").split("\n\n"):
        lines = chunk.split("\n")
        comments = dict(line[2:].split(" = ", 1) for line in lines if re.match(r"# [a-z_ ]+ = ", line))
        result.append(Block(comments, [line.split("\t") for line in lines[len(comments) :]]))
    return result


def json_lines(name: str) -> list[dict]:
    return [json.loads(line) for line in read(name).splitlines()]


def column_documents(name: str) -> list[list[list[list[str]]]]:
    """Documents of sentences of [word, pos, ner]."""
    documents: list[list[list[list[str]]]] = []
    for chunk in read(name).rstrip("\n").split("\n\n"):
        if chunk == "-DOCSTART- -X- O":
            documents.append([])
        else:
            documents[-1].append([line.split(" ") for line in chunk.split("\n")])
    return documents


def conllu_documents(name: str) -> list[list[Block]]:
    documents: list[list[Block]] = []
    for block in blocks(name):
        if "newdoc id" in block.comments:
            documents.append([])
        documents[-1].append(block)
    return documents


def paragraphs(name: str) -> list[list[Block]]:
    result: list[list[Block]] = []
    for block in blocks(name):
        if "newpar id" in block.comments:
            result.append([])
        result[-1].append(block)
    return result


def entities(tags: list[str]) -> list[tuple[int, int, str]]:
    """(first token, token after the last, label) of IOB2 tags."""
    result: list[tuple[int, int, str]] = []
    for i, tag in enumerate(tags):
        if tag.startswith("B-"):
            result.append((i, i + 1, tag[2:]))
        elif tag.startswith("I-"):
            start, _, label = result[-1]
            result[-1] = (start, i + 1, label)
    return result


def from_iob1(tags: list[str]) -> list[str]:
    """IOB2 tags of IOB1 tags."""
    previous = ["O", *tags]
    return [
        f"B-{tag[2:]}" if tag.startswith("I-") and tag[2:] != previous[i][2:] else tag
        for i, tag in enumerate(tags)
    ]


def surface(block: Block) -> tuple[str, list[int]]:
    """The text that forms, ranges and SpaceAfter spell, and where each word starts (words inside a range end where the range ends)."""
    text, starts, inside = "", [], {}
    for row in block.rows:
        if "-" in row[0]:
            first, last = map(int, row[0].split("-"))
            inside = {number: (number == last, row[9]) for number in range(first, last + 1)}
            continue
        starts.append(len(text))
        text += row[1]
        ends_token, misc = inside.get(int(row[0]), (True, row[9]))
        text += " " if ends_token and misc != "SpaceAfter=No" else ""
    return text.rstrip(" "), starts


def mentions(part: str) -> list[tuple[str, ...]]:
    """(label, word, ...) of each entity of a part."""
    result = []
    for record in json_lines(f"sample.{part}.jsonl"):
        result += [(label, *record["tokens"][start:end]) for start, end, label in entities(record["ner"])]
    return result


@pytest.mark.parametrize("part", PARTS)
def test_conllu_has_ten_columns_and_words_numbered_from_one(part: str) -> None:
    for block in blocks(f"sample.{part}.conllu"):
        assert {len(row) for row in block.rows} == {10}
        assert [row[0] for row in block.words] == [str(i + 1) for i in range(len(block.words))]
        assert all(field for row in block.rows for field in row)
        assert all(row[2:9] == ["_"] * 7 for row in block.ranges)


@pytest.mark.parametrize("part", PARTS)
def test_range_is_spelt_by_its_words(part: str) -> None:
    for block in blocks(f"sample.{part}.conllu"):
        for row in block.ranges:
            first, last = map(int, row[0].split("-"))
            assert row[1] == "".join(word[1] for word in block.words[first - 1 : last])


@pytest.mark.parametrize("part", PARTS)
def test_text_is_reproduced_from_forms_ranges_and_space_after(part: str) -> None:
    for block in blocks(f"sample.{part}.conllu"):
        assert surface(block)[0] == block.comments["text"]


@pytest.mark.parametrize("part", PARTS)
def test_json_lines_say_what_conllu_says(part: str) -> None:
    expected = [
        (b.comments["sent_id"], [[w[1], w[3], w[4]] for w in b.words])
        for b in blocks(f"sample.{part}.conllu")
    ]
    records = json_lines(f"sample.{part}.jsonl")
    assert [
        (r["id"], [list(t) for t in zip(r["tokens"], r["upos"], r["xpos"], strict=True)]) for r in records
    ] == expected
    assert all(len(r["ner"]) == len(r["tokens"]) for r in records)


@pytest.mark.parametrize("part", PARTS)
def test_universal_ner_layer_joins_conllu_and_json_lines_by_sent_id(part: str) -> None:
    layer = {b.comments["sent_id"]: b for b in blocks(f"sample.{part}.iob2")}
    text = {b.comments["sent_id"]: b.comments["text"] for b in blocks(f"sample.{part}.conllu")}
    records = json_lines(f"sample.{part}.jsonl")
    assert {key: block.comments["text"] for key, block in layer.items()} == text
    assert set(layer) == {record["id"] for record in records}
    for record in records:
        rows = [
            [str(i + 1), word, tag, "-", "-"]
            for i, (word, tag) in enumerate(zip(record["tokens"], record["ner"], strict=True))
        ]
        assert layer[record["id"]].rows == rows


def test_dev_layer_stands_in_another_order_than_conllu() -> None:
    layer = [b.comments["sent_id"] for b in blocks("sample.dev.iob2")]
    conllu = [b.comments["sent_id"] for b in blocks("sample.dev.conllu")]
    assert layer != conllu
    assert sorted(layer) == sorted(conllu)


@pytest.mark.parametrize("part", PARTS)
def test_columns_hold_the_same_documents_words_xpos_and_entities(part: str) -> None:
    records = {r["id"]: r for r in json_lines(f"sample.{part}.jsonl")}
    found = column_documents(f"sample.{part}.conll")
    expected = conllu_documents(f"sample.{part}.conllu")
    assert [len(document) for document in found] == [len(document) for document in expected]
    for columns, block in zip(chain.from_iterable(found), chain.from_iterable(expected), strict=True):
        record = records[block.comments["sent_id"]]
        words, pos, ner = (list(column) for column in zip(*columns, strict=True))
        assert (words, pos, from_iob1(ner)) == (record["tokens"], record["xpos"], record["ner"])


@pytest.mark.parametrize("part", PARTS)
def test_columns_are_iob1_and_have_a_case_that_tells_it_from_iob2(part: str) -> None:
    begins = 0
    for sentence in chain.from_iterable(column_documents(f"sample.{part}.conll")):
        tags = ["O", *(row[2] for row in sentence)]
        for before, tag in pairwise(tags):
            if tag.startswith("B-"):
                begins += 1
                assert before[2:] == tag[2:]
    assert begins > 0


def test_spans_cover_the_entities_of_the_dev_part() -> None:
    records = {r["id"]: r for r in json_lines("sample.dev.jsonl")}
    spans = {r["id"]: r for r in json_lines("sample.spans.jsonl")}
    assert list(spans) == list(records)
    for block in blocks("sample.dev.conllu"):
        key = block.comments["sent_id"]
        text, starts = surface(block)
        tokens = records[key]["tokens"]
        expected = [
            {"start": starts[first], "end": starts[last - 1] + len(tokens[last - 1]), "label": label}
            for first, last, label in entities(records[key]["ner"])
        ]
        assert spans[key] == {"id": key, "text": text, "spans": expected}


def test_span_text_is_the_mention() -> None:
    found = [r["text"][s["start"] : s["end"]] for r in json_lines("sample.spans.jsonl") for s in r["spans"]]
    assert found == [" ".join(words) for _, *words in mentions("dev")]


def test_raw_text_is_the_dev_paragraphs() -> None:
    expected = [
        " ".join(block.comments["text"] for block in paragraph)
        for paragraph in paragraphs("sample.dev.conllu")
    ]
    assert read("sample.txt") == "\n\n".join(expected) + "\n"


@pytest.mark.parametrize("part", PARTS)
def test_upos_and_xpos_agree(part: str) -> None:
    for record in json_lines(f"sample.{part}.jsonl"):
        for word, upos, xpos in zip(record["tokens"], record["upos"], record["xpos"], strict=True):
            assert upos in UPOS
            assert upos in AGREEMENT[xpos].split(), (record["id"], word, upos, xpos)


@pytest.mark.parametrize("part", PARTS)
def test_entities_are_valid_iob2(part: str) -> None:
    for record in json_lines(f"sample.{part}.jsonl"):
        tags = ["O", *record["ner"]]
        assert set(tags) <= NER
        for before, tag in pairwise(tags):
            assert not tag.startswith("I-") or before in (f"B-{tag[2:]}", f"I-{tag[2:]}"), (
                record["id"],
                record["ner"],
            )


def test_sentences_are_unique_and_no_dev_sentence_is_in_train() -> None:
    train, dev = ([b.comments for b in blocks(f"sample.{part}.conllu")] for part in PARTS)
    for field in ("sent_id", "text"):
        assert max(Counter(comments[field] for comments in train + dev).values()) == 1


@pytest.mark.parametrize("path", sorted(DATA.glob("sample.*")), ids=lambda path: path.name)
def test_file_is_plain_utf8_with_unix_line_ends(path: Path) -> None:
    content = path.read_bytes().decode("utf-8")
    assert "\r" not in content
    assert "\ufeff" not in content
    assert content.endswith("\n")


def counts(part: str) -> list[int]:
    sentences = blocks(f"sample.{part}.conllu")
    labels = Counter(label for label, *_ in mentions(part))
    return [
        len(conllu_documents(f"sample.{part}.conllu")),
        len(paragraphs(f"sample.{part}.conllu")),
        len(sentences),
        sum(len(block.words) for block in sentences),
        sum(len(block.ranges) for block in sentences),
        *(labels[label] for label in ("PER", "LOC", "ORG")),
        sum(labels.values()),
    ]


@pytest.mark.parametrize("part", [*PARTS, "both"])
def test_readme_table_counts_are_true(part: str) -> None:
    row = re.search(rf"^\| {part} \|(.*)\|$", read("README.md"), re.MULTILINE)
    assert row is not None
    expected = (
        [sum(pair) for pair in zip(*map(counts, PARTS), strict=True)] if part == "both" else counts(part)
    )
    assert [int(cell) for cell in row[1].split("|")] == expected


def test_readme_vocabulary_counts_are_true() -> None:
    train, dev = ([w for b in blocks(f"sample.{part}.conllu") for w in b.words] for part in PARTS)
    forms, xpos, upos = (len({row[column] for row in train + dev}) for column in (1, 4, 3))
    seen, known = set(mentions("train")), {row[1].lower() for row in train}
    unseen = sum(mention not in seen for mention in mentions("dev"))
    new_tokens = sum(row[1].lower() not in known for row in dev)
    readme = " ".join(read("README.md").split())
    assert upos == len(UPOS)
    assert f"{forms} different forms, {xpos} XPOS tags and all 17 UPOS tags" in readme
    assert (
        f"Of the {len(mentions('dev'))} entities of the development part, {unseen} do not occur in the training part"
        in readme
    )
    assert f"{new_tokens} of its {len(dev)} tokens have a form that the training part lacks" in readme


def test_readme_example_lines_are_in_the_files() -> None:
    examples = [line[4:] for line in read("README.md").splitlines() if line.startswith("    ")]
    everything = "\n".join(path.read_text(encoding="utf-8") for path in DATA.glob("sample.*"))
    for example in filter(None, examples):
        assert re.split(r" {4,}", example)[0] in everything
