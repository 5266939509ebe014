import json

import pytest

from tagger.inference.outputs import build_layout, write_sentences
from tagger.inference.probabilities import Evidence
from tagger.inference.spans import TaggedSentence
from tagger.inference.words import Words

TEXT = "Ada  Lovelace lives in\nParis."
TOKENS = ["Ada", "Lovelace", "lives", "in", "Paris", "."]
STARTS, ENDS = [10, 15, 24, 30, 33, 38], [13, 23, 29, 32, 38, 39]
TAGS = {
    "pos": ["NNP", "NNP", "VBZ", "IN", "NNP", "."],
    "chunk": ["B-NP", "E-NP", "S-VP", "S-PP", "S-NP", "O"],
    "ner": ["B-PER", "E-PER", "O", "O", "S-LOC", "O"],
}
SCHEMES = {"pos": "none", "chunk": "IOBES", "ner": "IOBES"}
LABELS = {task: sorted(set(tags)) for task, tags in TAGS.items()}
EVIDENCE = Evidence([-0.1] * 6, [-0.05] * 6, [-0.2] * 6)


def written(output_format, tasks, words=None, *, probabilities=False, scheme="IOB2"):
    tags = {task: TAGS[task] for task in tasks}
    evidence = dict.fromkeys(tasks, EVIDENCE) if probabilities else None
    sentence = TaggedSentence(TOKENS, tags, SCHEMES, starts=STARTS, ends=ENDS, text=TEXT, evidence=evidence)
    layout = build_layout(tasks, SCHEMES, LABELS, scheme=scheme, probabilities=probabilities)
    return write_sentences(output_format, [words or Words(TOKENS)], [sentence], layout)


def test_columns_are_tokens_and_tags_with_a_blank_line_after():
    assert written("columns", ["pos", "ner"]) == (
        "Ada\tNNP\tB-PER\nLovelace\tNNP\tI-PER\nlives\tVBZ\tO\nin\tIN\tO\nParis\tNNP\tB-LOC\n.\t.\tO\n\n"
    )


def test_columns_in_iobes():
    assert written("columns", ["ner"], scheme="IOBES").split()[1::2] == TAGS["ner"]


def test_columns_with_probabilities_have_one_after_each_tag():
    assert written("columns", ["pos", "ner"], probabilities=True).startswith(
        "Ada\tNNP\t0.7408\tB-PER\t0.7408\n"
    )


@pytest.mark.parametrize("separator", ["\t", " "])
def test_rows_of_a_column_file_are_kept_and_tags_appended(separator):
    rows = [separator.join([token, "x", "y"]) for token in TOKENS]
    document = separator.join(["-DOCSTART-", "-X-", "O"])
    words = Words(TOKENS, rows=rows, before=[document, "# id = 1"])
    lines = written("columns", ["pos", "ner"], words).split("\n")
    assert lines[:3] == [separator.join([document, "-X-", "O"]), "", "# id = 1"]
    assert lines[3] == separator.join(["Ada", "x", "y", "NNP", "B-PER"])
    assert lines[8:] == [separator.join([".", "x", "y", ".", "O"]), "", ""]


def test_a_row_with_only_a_word_gets_a_tab():
    words = Words(TOKENS, rows=TOKENS)
    assert written("columns", ["pos"], words).startswith("Ada\tNNP\n")


def test_json_has_tokens_offsets_tags_and_spans():
    assert json.loads(written("jsonl", ["pos", "ner"])) == {
        "tokens": TOKENS,
        "starts": STARTS,
        "ends": ENDS,
        "tags": {"pos": TAGS["pos"], "ner": ["B-PER", "I-PER", "O", "O", "B-LOC", "O"]},
        "spans": {
            "ner": [
                {"start": 10, "end": 23, "label": "PER", "text": "Ada  Lovelace"},
                {"start": 33, "end": 38, "label": "LOC", "text": "Paris"},
            ]
        },
    }


def test_json_with_probabilities():
    record = json.loads(written("jsonl", ["ner"], probabilities=True))
    assert record["probabilities"] == {"ner": [0.7408] * 6}
    assert record["spans"]["ner"][0]["probability"] == 0.7047  # exp(-0.1 - 0.05 - 0.2)


def test_json_is_one_line_of_plain_unicode():
    text = written("jsonl", ["ner"])
    assert text.count("\n") == 1 and text.endswith("}\n")


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        (["ner"], "[Ada  Lovelace](PER) lives in [Paris](LOC).\n"),
        (["pos"], "Ada/NNP Lovelace/NNP lives/VBZ in/IN Paris/NNP ./.\n"),
        (["pos", "ner"], "[Ada/NNP Lovelace/NNP](PER) lives/VBZ in/IN [Paris/NNP](LOC) ./.\n"),
        (["ner", "chunk"], "[Ada/B-NP Lovelace/I-NP](PER) lives/B-VP in/B-PP [Paris/B-NP](LOC) ./O\n"),
    ],
)
def test_inline_brackets_spans_and_hangs_plain_tags_on_tokens(tasks, expected):
    assert written("inline", tasks) == expected.replace("  ", " ")


def test_inline_shows_the_probability_of_spans():
    assert (
        written("inline", ["ner"], probabilities=True)
        == "[Ada Lovelace](PER 0.70) lives in [Paris](LOC 0.74).\n"
    )


def test_tags_of_another_scheme_are_converted_by_their_spans():
    layout = build_layout(["ner"], {"ner": "IOB1"}, {"ner": ["O", "I-X", "B-X"]}, scheme="IOBES")
    assert layout.to_scheme["ner"](["I-X", "I-X", "B-X", "O"]) == ["B-X", "E-X", "S-X", "O"]
