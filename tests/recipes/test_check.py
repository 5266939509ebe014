"""`check`: all families together, splits, prepared folders, what is counted."""

import io
import sys
from pathlib import Path

import pytest

from tagger.errors import SettingsError
from tagger.recipes import label_errors
from tagger.recipes.check import CheckOptions, check, check_kinds, only_kinds
from tagger.recipes.prep import PrepOptions, prepare
from tagger.text.findings import KINDS, Place

BROKEN = "Ada N B-PER\nlives V I-LOC\n\nend.The X O\nx N\n\nend.The N O\ncafe\u0301 N O\ncafe\u0301 N O\n"


def kinds(report):
    return [finding.kind for finding in report.findings]


def write(folder, name, content):
    (folder / name).write_text(content, encoding="utf-8")
    return str(folder / name)


def test_what_is_found_is_ordered_by_kind(tmp_path):
    report = check(CheckOptions(data=(write(tmp_path, "a", BROKEN),), columns=("word", "pos", "ner")))
    assert kinds(report) == ["wrong-number-of-columns", "type-change", "not-nfc", "glued-sentences"]
    assert [kind for kind in KINDS if kind in kinds(report)] == kinds(report)
    assert (report.count("error"), report.count("warning"), report.count("note")) == (2, 3, 0)
    (file,) = report.files
    assert (file.sentences, file.tokens, file.schemes, file.labels) == (
        2, 5, {"pos": "none", "ner": "IOB2"}, {"pos": 2, "ner": 2},
    )  # fmt: skip
    assert report.notes == ("sentences that cannot be read are not looked into further: 1",)


def test_splits_are_held_against_each_other(tmp_path):
    text = "".join(f"{word} N\n" for word in "the train to Oslo left much too late".split()) + "\n"
    train, dev = (
        write(tmp_path, "train", "odd N\nwords V\n\n" + text),
        write(tmp_path, "dev", text + "odd X\n"),
    )
    report = check(CheckOptions(train=(train,), dev=(dev,), columns=("word", "pos")))
    assert {finding.kind: finding.place for finding in report.findings} == {
        "leak": Place(train, 4),
        "label-not-in-train": Place(dev, 10),
    }


def test_a_prepared_folder_has_splits_and_rows(tmp_path):
    train = write(tmp_path, "train", "end.The N B-PER\n\nx N O\ny V O\n")
    dev = write(tmp_path, "dev", "y V B-LOC\n")
    prepare(PrepOptions(output=tmp_path / "out", train=(train,), dev=(dev,), columns=("word", "pos", "ner")))
    report = check(CheckOptions(data=(str(tmp_path / "out"),)))
    assert [str(finding.place) for finding in report.findings if finding.severity == "warning"] == [
        f"{tmp_path / 'out'}, dev, row 0",
        f"{tmp_path / 'out'}, train, row 0",
    ]
    assert [file.split for file in report.files] == ["train", "dev"]
    (tmp_path / "out" / "prep.json").write_text("{")
    assert kinds(check(CheckOptions(data=(str(tmp_path / "out"),)))) == ["unreadable"]


def test_maps_and_schemes_are_those_of_prep(tmp_path):
    path = write(tmp_path, "a", "Ada B-O\nNovak I-PER\nx O\n")
    assert "type-change" in kinds(check(CheckOptions(data=(path,))))
    report = check(CheckOptions(data=(path,), maps=("B-O=O", "X=Y"), input_schemes={"ner": "IOB1"}))
    assert kinds(report) == [] and report.notes == ("the map X=Y changed nothing",)


def test_wide_rows_can_be_taken_as_they_are(tmp_path):
    path = write(tmp_path, "a", "x N\nNew York N\ny V\n")
    options = CheckOptions(data=(path,), columns=("word", "pos"))
    assert kinds(check(options)) == ["wrong-number-of-columns"]
    assert kinds(check(CheckOptions(data=(path,), columns=("word", "pos"), wide_rows="join"))) == [
        "space-in-token"
    ]


def test_a_file_that_is_not_there_is_a_finding(tmp_path):
    report = check(CheckOptions(data=(str(tmp_path / "none"), write(tmp_path, "a", "a N\nb V\n"))))
    assert [str(finding) for finding in report.findings] == [
        f"{tmp_path / 'none'}: expected a file, found none. Is the path right?"
    ]
    assert len(report.files) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "DATA: expected files or a prepared folder to check, found none."),
        ({"data": ("a",), "join": ("b", "c", "d"), "train": ("x",), "join_dev": ("y",)}, "--join-dev: expected as many files as there are to join them to (0), found 1."),
        ({"data": ("a",), "input_schemes": {"ner": "BIO"}}, "input_schemes.ner: expected none or IOB1 or IOB2 or IOBES, found 'BIO'."),
    ],
)  # fmt: skip
def test_options_that_cannot_be(options, message):
    with pytest.raises(SettingsError) as error:
        check(CheckOptions(**options))
    assert str(error.value) == message


def test_findings_of_one_kind(tmp_path):
    report = check(CheckOptions(data=(write(tmp_path, "a", BROKEN),), columns=("word", "pos", "ner")))
    assert kinds(only_kinds(report, ["type-change"])) == ["type-change"]
    assert only_kinds(report, []) == report
    with pytest.raises(SettingsError) as error:
        only_kinds(report, ["typo"])
    assert (
        str(error.value)
        == "--kind: expected a kind of finding, found 'typo'. Reports of `tagger check` name them."
    )


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("line-end", "Did you mean line-ends?"),
        ("nbsp", "Reports of `tagger check` name them."),
        ("space", "Did you mean label-space or tabs-and-spaces-mixed or zero-width-space?"),
        ("", "Reports of `tagger check` name them."),
    ],
)
def test_an_unknown_kind_suggests_the_nearest(kind, hint):
    with pytest.raises(SettingsError) as error:
        check_kinds([kind])
    assert str(error.value) == f"--kind: expected a kind of finding, found {kind!r}. {hint}"


def test_standard_input_is_checked_as_a_file_is(tmp_path, monkeypatch):
    path = write(tmp_path, "a.conll", "a X\r\nb Y\r\n \r\na X\r\n")
    outer = io.TextIOWrapper(io.BytesIO(Path(path).read_bytes()))
    monkeypatch.setattr("sys.stdin", outer)
    named, piped = (check(CheckOptions(data=(name,), columns=("word", "pos"))) for name in (path, "-"))
    assert [str(f) for f in piped.findings] == [str(f).replace(path, "-") for f in named.findings]
    assert "line-ends" in kinds(piped) and piped.files[0].tokens == 3
    assert sys.stdin is outer


def folder_of(tmp_path, *names):
    for name in names:
        (tmp_path / "f" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "f" / name).write_text("a X\n")
    return str(tmp_path / "f")


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("model.json", "history.jsonl"), "found a model folder. `tagger info` describes a model."),
        (("b.conll", "a/c.conllu"), "found a folder with a/c.conllu, b.conll. Name the files in it."),
        (("a.conll", "b.jsonl"), "found a folder with a.conll, b.jsonl. Name the files in it."),
        (("1", "2", "3", "4"), "found a folder with 1, 2, 3 and 1 more. Name the files in it."),
    ],
)
def test_a_folder_that_is_no_dataset_is_said_to_be_none(tmp_path, names, problem):
    folder = folder_of(tmp_path, *names)
    (finding,) = check(CheckOptions(data=(folder,))).findings
    assert str(finding) == f"{folder}: expected files, a prepared folder or a saved dataset, {problem}"
    assert finding.kind == "unreadable"


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    (finding,) = check(CheckOptions(data=(str(tmp_path),))).findings
    assert finding.found == "an empty folder"


def test_likely_label_errors_stand_where_the_tag_does(tmp_path, monkeypatch):
    from tagger.analysis import LabelError, SentenceSpan

    seen = {}

    def stand_in(sentences, schemes, *, folds, seed, start, note):
        seen.update(
            tags=[s.tags["ner"] for s in sentences], schemes=schemes, folds=folds, seed=seed, start=start
        )
        spans = (SentenceSpan(1, 3, "PER"),), (SentenceSpan(1, 2, "PER"), SentenceSpan(2, 3, "PER"))
        first = (2, 1, 3, "", None, "ner")
        return [
            LabelError(*first, "type", "PER", "ORG", 0.013, 0.9, 0.887, "d e", "c [d e]"),
            LabelError(*first, "extent", "PER", "PER", 0.1, 0.8, 0.7, "d e", "c [d e]", *spans),
        ]

    monkeypatch.setattr(label_errors, "find_label_errors", stand_in)
    path = write(tmp_path, "a", "a I-PER\nb O\n\nc O\nd I-PER\ne I-PER\n")
    report = check(CheckOptions(data=(path,), columns=("word", "ner"), folds=3, seed=7, start=Path("words")))
    finding, extent = only_kinds(report, ["label"]).findings
    assert (
        str(finding) == f"{path}:5: expected ORG (90.0%), found PER (1.3%, type) on 'd e' in ner. In: c [d e]"
    )
    assert str(extent) == (
        f"{path}:5: expected PER 'd' + PER 'e' (80.0%), found PER 'd e' (10.0%, extent) on 'd e' in ner. In: c [d e]"
    )
    assert finding.severity == "note" and finding.weight == 0.887
    assert seen == {
        "tags": [["B-PER", "O"], ["O", "B-PER", "I-PER"]], "schemes": {"ner": "IOB2"}, "folds": 3, "seed": 7,
        "start": Path("words"),
    }  # fmt: skip
