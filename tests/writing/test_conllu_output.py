import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from tagger.inference.spans import TaggedSentence
from tagger.inference.tagger import Tagger
from tagger.reading.conllu_pieces import cut_conllu, parse_conllu
from tagger.reading.pieces import Reading
from tagger.reading.words import Words
from tagger.text.conllu import read_conllu
from tagger.text.schemes import convert
from tagger.writing.conllu_output import render_conllu
from tagger.writing.layout import build_layout
from tests.inference.random_models import random_model
from tests.writing.tagged_examples import WORDS, documents, example, full_layout, layout, tagged

HERE = Path(__file__).parents[2]
DATA = Path(os.environ.get("TAGGER_DATA", HERE.parent / "shared" / "data"))
READING = Reading("conllu")
PLAIN = {"upos": "none", "xpos": "none", "ner": "none"}


def parsed(path):
    """The sentences of a file, as it is cut and parsed for tagging."""
    pieces = [piece for piece in cut_conllu(str(path), READING) if piece is not None]
    return [words for piece in pieces for words in parse_conllu(piece, READING)]


def filled(words, tags_of, tasks):
    """The file of the parsed sentences with the tags that `tags_of` gives a sentence (task -> tags)."""
    tags = [TaggedSentence(list(w.tokens), tags_of(w), PLAIN) for w in words]
    own = build_layout(tasks, PLAIN, {task: [] for task in tasks})
    return render_conllu(words, tags, own)


def token_rows(content):
    """Oracle: the places and fields of the rows of tokens, by what the format's description says of them."""
    rows = [(i, line.rstrip(b"\r").split(b"\t")) for i, line in enumerate(content.split(b"\n"))]
    return [(i, fields) for i, fields in rows if fields[0].isdigit()]


def differences(before, after):
    """Oracle: which fields (line, column) differ; the rest, line by line and field by field, must be the same bytes."""
    lines = list(zip(before.split(b"\n"), after.split(b"\n"), strict=True))
    found = set()
    for i, (old, new) in enumerate(lines):
        old_fields, new_fields = old.split(b"\t"), new.split(b"\t")
        assert len(old_fields) == len(new_fields)
        found |= {(i, k) for k, (a, b) in enumerate(zip(old_fields, new_fields, strict=True)) if a != b}
    return found


def files():
    sample = sorted((HERE / "data").glob("sample*.conllu"))
    assert sample
    return [*sample, DATA / "ewt/en_ewt-ud-dev.conllu", DATA / "fr_sequoia/fr_sequoia-ud-dev.conllu"]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_a_file_filled_with_its_own_tags_is_the_file(path) -> None:
    if not path.exists():
        pytest.skip(f"{path} is not there; set TAGGER_DATA")

    def own_tags(words):
        rows = [words.source.split("\n")[place].split("\t") for place in words.places]
        return {"upos": [row[3] for row in rows], "xpos": [row[4] for row in rows]}

    assert filled(parsed(path), own_tags, ["upos", "xpos"]) == path.read_bytes()


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_a_file_filled_with_other_tags_changes_in_those_columns_of_tokens_alone(path) -> None:
    if not path.exists():
        pytest.skip(f"{path} is not there; set TAGGER_DATA")
    before = path.read_bytes()
    tags = {"upos": "NEW", "xpos": "", "ner": "B-X"}
    after = filled(
        parsed(path),
        lambda words: {task: [tag] * len(words.tokens) for task, tag in tags.items()},
        list(tags),
    )
    rows = token_rows(before)
    expected = {(i, 3) for i, _ in rows} | {(i, 9) for i, _ in rows}
    expected |= {(i, 4) for i, fields in rows if fields[4] != b"_"}
    assert differences(before, after) == expected
    for (_, old), (_, new) in zip(rows, token_rows(after), strict=True):
        assert new[3:5] == [b"NEW", b"_"]
        assert new[9] == (b"Ner=B-X" if old[9] == b"_" else old[9] + b"|Ner=B-X")


ODD_FILE = (
    "\n\n# newdoc\n# text = Aà b c\n1-2\tAà\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n1\tA\ta\tX\tY\t_\t0\troot\t_\tLang=fr|Ner=O\n"
    "2\tà\t_\t_\t_\t_\t_\t_\t_\t_\n2.1\t_\t_\t_\t_\t_\t_\t_\t0:root\tCopyOf=1\n3\tb c\tb c\t_\t_\t_\t_\t_\t_\tA=1|Ner=B-Y|B|Ner=Z\n \n\n\n"
    "# only a comment\n\n1\td\t_\t_\t_\t_\t_\t_\t_\t_"
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", "\n", "\n\n\n"])
def test_whatever_else_stands_in_a_file_stays(tmp_path, end, mark, last) -> None:
    path = tmp_path / "odd.conllu"
    path.write_bytes((mark + ODD_FILE + last).replace("\n", end).encode())
    tags = iter([("DET", "B-X"), ("ADP", "O"), ("NOUN", ""), ("VERB", "B-X")])

    def tags_of(words):
        own = [next(tags) for _ in words.tokens]
        return {"upos": [upos for upos, _ in own], "ner": [ner for _, ner in own]}

    after = filled(parsed(path), tags_of, ["upos", "ner"]).decode()
    expected = (mark + ODD_FILE + last).replace("\n", end)
    for old, new in (
        ("1\tA\ta\tX\tY\t_\t0\troot\t_\tLang=fr|Ner=O", "1\tA\ta\tDET\tY\t_\t0\troot\t_\tLang=fr|Ner=B-X"),
        ("2\tà\t_\t_\t_\t_\t_\t_\t_\t_", "2\tà\t_\tADP\t_\t_\t_\t_\t_\tNer=O"),
        ("3\tb c\tb c\t_\t_\t_\t_\t_\t_\tA=1|Ner=B-Y|B|Ner=Z", "3\tb c\tb c\tNOUN\t_\t_\t_\t_\t_\tA=1|B"),
        ("1\td\t_\t_\t_\t_\t_\t_\t_\t_", "1\td\t_\tVERB\t_\t_\t_\t_\t_\tNer=B-X"),
    ):
        assert expected.count(old) == 1
        expected = expected.replace(old, new)
    assert after == expected


def test_a_blank_line_behind_the_byte_order_mark_is_no_row(tmp_path) -> None:
    path = tmp_path / "a.conllu"
    path.write_text("\ufeff\n# c\n1\ta\t_\t_\t_\t_\t_\t_\t_\t_\n\n", encoding="utf-8")
    after = filled(parsed(path), lambda words: {"upos": ["X"] * len(words.tokens)}, ["upos"])
    assert after.decode() == "\ufeff\n# c\n1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n\n"


@pytest.mark.parametrize(
    ("tasks", "row"),
    [
        (["upos"], "1\ta\t_\tT0\t_\t_\t_\t_\t_\t_"),
        (["pos"], "1\ta\t_\t_\tT0\t_\t_\t_\t_\t_"),
        (["xpos", "pos"], "1\ta\t_\t_\tT0\t_\t_\t_\t_\tPos=T1"),
        (["pos", "upos", "ner"], "1\ta\t_\tT1\tT0\t_\t_\t_\t_\tNer=T2"),
        (["misc.Entity", "semClass"], "1\ta\t_\t_\t_\t_\t_\t_\t_\tEntity=T0|SemClass=T1"),
    ],
)
def test_each_task_has_its_column(tasks, row) -> None:
    words = Words(["a"])
    tags = TaggedSentence(
        ["a"], {task: [f"T{i}"] for i, task in enumerate(tasks)}, dict.fromkeys(tasks, "none")
    )
    own = build_layout(tasks, dict.fromkeys(tasks, "none"), {task: [] for task in tasks})
    assert render_conllu([words], [tags], own).decode() == f"# text = a\n{row}\n\n"


def test_other_input_is_written_anew_with_its_white_space() -> None:
    assert render_conllu([WORDS], [example(["pos", "ner"])], layout(["pos", "ner"])).decode() == (
        "# text = Ada Lovelace lives in Paris.\n"
        "1\tAda\t_\t_\tNNP\t_\t_\t_\t_\tNer=B-PER\n"
        "2\tLovelace\t_\t_\tNNP\t_\t_\t_\t_\tNer=I-PER\n"
        "3\tlives\t_\t_\tVBZ\t_\t_\t_\t_\tNer=O\n"
        "4\tin\t_\t_\tIN\t_\t_\t_\t_\tNer=O\n"
        "5\tParis\t_\t_\tNNP\t_\t_\t_\t_\tSpaceAfter=No|Ner=B-LOC\n"
        "6\t.\t_\t_\t.\t_\t_\t_\t_\tNer=O\n\n"
    )


def test_comments_of_a_column_file_are_kept_unless_they_tell_of_its_columns() -> None:
    words = Words(
        ["a"], rows=["a x"], before=["-DOCSTART- -X-", "# global.columns = FORM X", "# text = b", "# id = 1"]
    )
    assert render_conllu([words], [tagged(words, {"pos": ["T"]})], layout(["pos"])).decode() == (
        "# newdoc\n# id = 1\n# text = a\n1\ta\t_\t_\tT\t_\t_\t_\t_\t_\n\n"
    )


def test_what_a_tag_may_not_have_in_its_column_is_escaped() -> None:
    words = Words(["a\tb"], source="")
    tags = TaggedSentence(
        ["a\tb"], {"xpos": ["A B|C"], "feats": ["X=1|Y =\\"]}, dict.fromkeys(("xpos", "feats"), "none")
    )
    own = build_layout(["xpos", "feats"], dict.fromkeys(("xpos", "feats"), "none"), {"xpos": [], "feats": []})
    assert render_conllu([words], [tags], own).decode() == (
        "# text = a b\n1\ta b\t_\t_\tA\\sB|C\t_\t_\t_\t_\tFeats=X=1\\pY\\s=\\\\\n\n"
    )


def test_words_without_tokens_leave_what_they_kept() -> None:
    words = [Words([], source="\n# end\n"), Words([], before=["-DOCSTART- X", "# text = old", "# note"])]
    written = render_conllu(words, [tagged(w, {"ner": []}) for w in words], layout(["ner"]))
    assert written == b"\n# end\n# newdoc\n# note\n"


def check_conllu(content):
    """Oracle: what the format asks of a file without trees; the text of each sentence put together from its rows."""
    assert not content or content.endswith("\n\n")
    for block in content.split("\n\n")[:-1]:
        comments = [line for line in block.split("\n") if line.startswith("# ")]
        rows = [line.split("\t") for line in block.split("\n")[len(comments) :]]
        assert [row[0] for row in rows] == [str(i + 1) for i in range(len(rows))]
        text = ""
        for row in rows:
            assert (
                len(row) == 10
                and all(row)
                and not any(re.search(r"\s", field) for field in (*row[2:9], row[9]))
            )
            text += row[1] + ("" if "SpaceAfter=No" in row[9].split("|") else " ")
        assert comments == [f"# text = {text.rstrip(' ')}"]


@settings(max_examples=40)
@given(documents())
def test_what_is_written_anew_is_valid_and_read_back_by_the_reader_of_corpora(
    tmp_path_factory, document
) -> None:
    _, words, sentences = document
    content = render_conllu(words, sentences, full_layout())
    check_conllu(content.decode())
    path = tmp_path_factory.mktemp("conllu") / "a.conllu"
    path.write_bytes(content)
    read = list(read_conllu(str(path), columns=["xpos", "misc.Ner", "misc.Chunk"]))
    assert [sentence.tokens for sentence in read] == [sentence.tokens for sentence in sentences]
    for sentence, own in zip(sentences, read, strict=True):
        assert own.tags["xpos"] == [tag or "_" for tag in sentence.tags["pos"]]
        assert own.tags["misc.Ner"] == convert(sentence.tags["ner"], "IOBES", "IOB2")
        assert own.tags["misc.Chunk"] == convert(sentence.tags["chunk"], "IOBES", "IOB2")


def test_probabilities_stand_in_misc_beside_their_tags():
    nlp = Tagger(random_model(1))
    rows = "1\tAda\t_\tX\tX\t_\t0\troot\t_\tSpaceAfter=No|NerProb=0.1\n2\tlives\t_\tX\tX\t_\t1\tx\t_\t_\n\n"
    words = Words(["Ada", "lives"], source=rows, places=[0, 1])
    (found,) = nlp.tag_batch([words], probabilities=True)
    tasks = list(nlp.tasks)
    own = build_layout(
        tasks, dict.fromkeys(tasks, "none"), {t: nlp.labels(t) for t in tasks}, probabilities=True
    )
    for sentence in (words, Words(["Ada", "lives"])):
        written = render_conllu([sentence], [found], own).decode()
        for i, (_, fields) in enumerate(token_rows(written.encode())):
            misc = dict(part.split("=") for part in fields[9].decode().split("|"))
            chances = {f"{task.title()}Prob": f"{found.probabilities[task][i]:.4f}" for task in tasks}
            assert {key: value for key, value in misc.items() if key.endswith("Prob")} == chances
            assert misc["Ner"] == found.tags["ner"][i] and ("SpaceAfter" in misc) == (
                i == 0 and sentence is words
            )
