"""One corpus in every format that it is kept in: what is prepared is the same."""

from pathlib import Path

import datasets
import pytest

from tagger.text.prepared import read_prepared
from tests.flows.program import JOINED, entities, read_jsonl, sample, tagger

SPLITS = ("train", "dev")
LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG"]


def save_dataset(folder: Path) -> None:
    """The sample as other programs keep it: a DatasetDict whose entities are numbers of a ClassLabel."""
    features = datasets.Features(
        {
            "tokens": datasets.Sequence(datasets.Value("string")),
            "ner_tags": datasets.Sequence(datasets.ClassLabel(names=LABELS)),
        }
    )
    splits = {}
    for split, name in zip(SPLITS, ("train", "validation"), strict=True):
        lines = read_jsonl(folder / f"sample.{split}.jsonl")
        columns = {
            "tokens": [line["tokens"] for line in lines],
            "ner_tags": [[LABELS.index(tag) for tag in line["ner"]] for line in lines],
        }
        splits[name] = datasets.Dataset.from_dict(columns, features=features)
    datasets.DatasetDict(splits).save_to_disk(str(folder / "saved"))


@pytest.mark.parametrize(
    "options",
    [
        JOINED,
        "--train sample.train.conll --dev sample.dev.conll --columns word,xpos,ner".split(),
        "--train sample.train.jsonl --dev sample.dev.jsonl".split(),
        "--input-dataset saved".split(),
        "--train sample.train.jsonl --dev sample.dev.jsonl --scheme IOBES".split(),
    ],
    ids=["conllu+iob2", "conll", "jsonl", "dataset", "jsonl-as-iobes"],
)
def test_every_format_gives_the_same_tokens_and_entities(tmp_path: Path, options: list[str]) -> None:
    """Oracle: the JSON lines, read here; entities found by a regular expression."""
    sample(tmp_path)
    if "--input-dataset" in options:
        save_dataset(tmp_path)
    tagger("prep", "prepared", *options, cwd=tmp_path)
    if options[-1] == "IOBES":
        tagger("prep", "again", "--input-dataset", "prepared", "--scheme", "IOB2", cwd=tmp_path)
    prepared = read_prepared(tmp_path / ("again" if options[-1] == "IOBES" else "prepared"))
    assert prepared.schemes["ner"] == "IOB2"
    for split, count in zip(SPLITS, (164, 48), strict=True):
        gold = read_jsonl(tmp_path / f"sample.{split}.jsonl")
        assert [s.tokens for s in prepared.splits[split]] == [line["tokens"] for line in gold]
        assert [s.tags["ner"] for s in prepared.splits[split]] == [line["ner"] for line in gold]
        assert len(entities([s.tags["ner"] for s in prepared.splits[split]])) == count


def test_parts_of_speech_are_the_same_joined_or_in_json_lines(tmp_path: Path) -> None:
    sample(tmp_path)
    tagger("prep", "prepared", *JOINED, cwd=tmp_path)
    prepared = read_prepared(tmp_path / "prepared")
    for split in SPLITS:
        gold = read_jsonl(tmp_path / f"sample.{split}.jsonl")
        for column in ("upos", "xpos"):
            assert [s.tags[column] for s in prepared.splits[split]] == [line[column] for line in gold]


def test_the_command_in_the_data_card_prepares_the_same_again(tmp_path: Path) -> None:
    import json
    import shlex

    sample(tmp_path)
    options = ["--train", "sample.train.jsonl", "--dev-random", "0.2", "--seed", "3", "--map", "ner:ORG=O"]
    tagger("prep", "one", *options, cwd=tmp_path)
    program, *command = shlex.split(json.loads((tmp_path / "one" / "prep.json").read_text())["command"])
    assert program == "tagger" and command[1] == "one"
    tagger("prep", "two", *command[2:], cwd=tmp_path)
    one, two = (read_prepared(tmp_path / name) for name in ("one", "two"))
    assert one.fingerprint == two.fingerprint and one.splits.keys() == {"train", "dev"}
