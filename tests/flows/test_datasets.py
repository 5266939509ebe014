"""Data sets in every command that reads a corpus: the same options, and the same results as from files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import datasets
import pytest

from tagger.text.prepared import read_prepared
from tests.flows.program import ROOT, SMALL, environment, read_jsonl, sample, tagger
from tests.flows.test_corpus_formats import save_dataset


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The sample as a DatasetDict and as data files with two splits, and a model that was trained on each."""
    folder = sample(tmp_path_factory.mktemp("datasets"))
    save_dataset(folder)
    saved = datasets.load_from_disk(str(folder / "saved"))
    (folder / "files").mkdir()
    for split, rows in saved.items():
        rows.rename_column("tokens", "surface").to_parquet(str(folder / "files" / f"{split}-0.parquet"))
    (folder / "small.toml").write_text(
        SMALL.replace("epochs = 9", "epochs = 2") + '\n[tasks.ner]\nobjective = "sentence"\n'
    )
    run(folder, "prep", "prepared", "--input-dataset", "saved")
    run(folder, "train", "small.toml", "--data", "prepared", "-o", "model", "--quiet")
    return folder


def run(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    return tagger(*arguments, cwd=folder, code=code)


FILES = ["--input-dataset", "files", "--column", "surface", "--streaming"]


def scores(folder: Path, *arguments: str) -> object:
    found = json.loads(run(folder, "eval", *arguments, "--json").stdout)
    return found["tasks"][0]["scores"] if "tasks" in found else found


def test_training_on_a_data_set_is_training_on_the_folder_prepared_from_it(place):
    """Oracle: the weights of the model that learnt from the prepared folder."""
    run(place, "train", "small.toml", *FILES, "-o", "from-files", "--quiet")
    run(place, "train", "small.toml", "--input-dataset", "saved", "-o", "from-saved", "--quiet")
    weights = [
        (place / name / "weights.safetensors").read_bytes() for name in ("model", "from-files", "from-saved")
    ]
    assert weights[0] == weights[1] == weights[2]


def test_eval_and_compare_score_a_data_set_as_they_score_files(place):
    """Oracle: the signature, whose fingerprint is that of tokens and tags."""
    lines = [
        next(
            line for line in run(place, "eval", "model", *options).stdout.splitlines() if "signature" in line
        )
        for options in (["prepared"], FILES, ["--input-dataset", "saved", "--split", "validation"], ["saved"])
    ]
    prints = {line.partition("#")[2] for line in lines}
    assert len(prints) == 1
    assert "data:files/validation#" in lines[1]
    found = run(place, "compare", "model", "model", *FILES, "--differences", "0").stdout
    assert "on files/validation" in found


def test_check_looks_at_every_split_of_a_data_set(place):
    found = run(place, "check", *FILES, "--json").stdout
    assert [(f["path"], f["sentences"]) for f in json.loads(found)["files"]] == [
        ("files, train", 160),
        ("files, validation", 40),
    ]
    error = run(place, "check", *FILES, "--fix", "-o", "x.conll", code=1).stderr
    assert error == (
        "error: --fix: expected files to repair, found the data set files. Repair the files that it was made of.\n"
    )


def test_prep_takes_one_split_alone_as_train(place):
    run(place, "prep", "one", *FILES, "--split", "validation", "--dev-last", "5")
    prepared = read_prepared(place / "one")
    assert {name: len(split) for name, split in prepared.splits.items()} == {"train": 35, "dev": 5}


def test_fine_tuning_learns_from_a_data_set(place):
    arguments = ["--set", "training.epochs=1", "-o", "tuned", "--quiet", "--json"]
    run(place, "finetune", "model", *FILES, "--split", "validation", "--dev-split", "train", *arguments)
    settings = (place / "tuned" / "settings.toml").read_text()
    assert 'dataset = "files"' in settings and 'dev_split = "train"' in settings


def test_tags_are_those_of_the_same_tokens_in_a_file_and_come_back_as_a_corpus(place):
    gold = read_jsonl(place / "sample.dev.jsonl")
    (place / "dev.txt").write_text("".join(" ".join(row["tokens"]) + "\n" for row in gold))
    rows = run(place, "tag", "-m", "model", "dev.txt", "--input-format", "tokens").stdout.splitlines()
    options = [*FILES, "--split", "validation", "--output-dataset", "tagged"]
    run(place, "tag", "-m", "model", *options)
    loaded = datasets.load_dataset(str(place / "tagged"), split="validation")
    assert [tag for row in loaded["tags"] for tag in row["ner"]] == [
        row.split("\t")[1] for row in rows if row
    ]
    assert loaded["surface"][:] == [row["tokens"] for row in gold]


def test_pretraining_reads_the_text_column(place):
    text = (place / "sample.txt").read_text()
    rows = datasets.Dataset.from_dict({"text": [line for line in text.splitlines() if line] * 3})
    rows.to_json(str(place / "text.jsonl"))
    (place / "text.txt").write_text("".join(f"{line}\n" for line in rows["text"]))
    common = ["--set", "pretraining.min_count=1", "--set", "pretraining.batch_windows=64", "--quiet"]
    common += [
        "--set",
        "pretraining.line_breaks=paragraph",
        "--set",
        "features.word.dim=8",
        "--set",
        "network.hidden=[8]",
    ]
    run(place, "pretrain", "--input-dataset", "text.jsonl", "--streaming", "-o", "words", *common)
    run(place, "pretrain", "--input-dataset", "text.jsonl", "--no-streaming", "-o", "copied", *common)
    run(place, "pretrain", "text.txt", "-o", "plain", *common)
    weights = [(place / name / "weights.safetensors").read_bytes() for name in ("words", "copied", "plain")]
    assert weights[0] == weights[1] == weights[2]


def test_wrong_names_are_one_line(place):
    for arguments, message in [
        (
            ["tag", "-m", "model", "--input-dataset", "./nowhere"],
            "./nowhere: expected a data set, found no file",
        ),
        (
            ["eval", "model", "--input-dataset", "saved", "--split", "tset"],
            "saved: expected a split 'tset', found",
        ),
        (
            ["train", "--input-dataset", "saved", "--column", "words", "-o", "x"],
            "saved, train: expected a column",
        ),
        (["train", "--input-dataset", "files", "-o", "x"], "files, train: expected a column of tokens"),
        (["check", "--input-dataset", "saved", "--split", "no", "--kind", "unreadable", "--json"], ""),
    ]:
        error = run(place, *arguments, code=1).stderr
        assert error.startswith(f"error: {message}" if message else "") and error.count("\n") <= 1
    error = run(place, "eval", "model", "prepared", "--streaming", code=2).stderr
    assert "it goes with --input-dataset" in error


def test_tagging_a_file_loads_no_datasets_and_a_data_set_no_torch(place):
    for arguments, unwanted in [
        (["tag", "-m", "model", "sample.txt", "-o", "a.txt", "--force"], {"datasets", "pyarrow", "torch"}),
        (["tag", "-m", "model", "--input-dataset", "saved", "-o", "rows/", "--force"], {"torch"}),
    ]:
        code = (
            f"import sys; from tagger.cli.app import run; assert run({arguments!r}) == 0; print(*sys.modules)"
        )
        environ = {**environment(), "PYTHONPATH": os.fspath(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=place, env=environ, capture_output=True, text=True, check=True
        )
        assert not unwanted & set(done.stdout.split())
