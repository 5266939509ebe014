"""Data sets as input and output of tagging and scoring: the tags of the same text in files, rows as they were."""

import io
import json

import datasets
import pytest

from tagger.errors import DataError, OutputExistsError, SettingsError, TaggerError
from tagger.inference.tagger import Tagger
from tagger.recipes import dataset_inputs, units_of_work
from tagger.recipes.tag import DatasetInput, Running, tag_files
from tagger.saved import write_model
from tagger.text.schemes import convert
from tests.inference.random_models import random_model

TEXTS = ["Ada lives in Paris. The U.S. in 1990\nwas walking.", "", None, "Ada Walks."]
TOKENS = [["Ada", "lives", "in", "Paris", "."], [], ["Ada", "Walks", "."]]
LABELS = datasets.List(datasets.ClassLabel(names=["N", "V"]))


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def nlp():
    return Tagger(random_model(1))


def texts(place="texts"):
    rows = datasets.Dataset.from_dict({"id": range(len(TEXTS)), "text": TEXTS})
    datasets.DatasetDict({"train": rows, "validation": rows.select([3])}).save_to_disk(place)
    return place


def tokens(place="tokens.parquet"):
    features = datasets.Features({"tokens": datasets.List(datasets.Value("string")), "pos_tags": LABELS})
    data = {"tokens": TOKENS, "pos_tags": [[0] * len(row) for row in TOKENS]}
    datasets.Dataset.from_dict(data, features=features).to_parquet(place)
    return place


def lines(nlp, dataset, **options):
    stream = io.BytesIO()
    report = tag_files(nlp, [], dataset=dataset, stdout=stream, **options)
    assert not report.failed
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("streaming", [False, True])
def test_text_has_the_tags_that_it_has_in_a_file_of_json_lines(nlp, tmp_path, streaming):
    """Oracle: the reader of JSON lines, which shares only the tagger."""
    records = [{"id": number, "text": text} for number, text in enumerate(TEXTS)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    stream = io.BytesIO()
    tag_files(nlp, ["a.jsonl"], stdout=stream)
    expected = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert lines(nlp, DatasetInput(texts(), "train", streaming=streaming)) == expected
    assert lines(nlp, DatasetInput("a.jsonl", streaming=streaming)) == expected


@pytest.mark.parametrize("streaming", [False, True])
def test_tokens_are_tagged_as_they_are_and_keep_their_row(nlp, streaming):
    found = lines(nlp, DatasetInput(tokens(), streaming=streaming))
    assert [row["tokens"] for row in found] == TOKENS
    assert [list(row) for row in found] == [["tokens", "pos_tags", "starts", "ends", "tags", "spans"]] * 3
    (sentence,) = nlp.tag_sentences([TOKENS[0]])
    assert found[0]["tags"]["pos"] == sentence.tags["pos"]
    assert found[0]["tags"]["ner"] == convert(sentence.tags["ner"], nlp.scheme("ner"), "IOB2")
    joined = " ".join(TOKENS[0])
    assert [joined[a:b] for a, b in zip(found[0]["starts"], found[0]["ends"], strict=True)] == TOKENS[0]
    assert found[1]["tags"] == {"pos": [], "ner": []}


def test_all_splits_are_tagged_one_after_another_or_into_a_file_each(nlp, tmp_path):
    assert [row["id"] for row in lines(nlp, DatasetInput(texts()))] == [0, 1, 2, 3, 3]
    tag_files(nlp, [], dataset=DatasetInput("texts"), output="out/")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["train.jsonl", "validation.jsonl"]
    tag_files(nlp, [], dataset=DatasetInput("texts", "dev"), output="dev.conllu")
    assert "Walks" in (tmp_path / "dev.conllu").read_text()


@pytest.mark.parametrize("streaming", [False, True])
def test_an_output_data_set_holds_the_rows_their_features_and_the_tags(nlp, streaming):
    expected = lines(nlp, DatasetInput(tokens()))
    tag_files(nlp, [], dataset=DatasetInput("tokens.parquet", streaming=streaming), output_dataset="out")
    loaded = datasets.load_dataset("out", split="train")
    assert loaded.features["pos_tags"] == LABELS
    assert [dict(row) for row in loaded] == expected
    with pytest.raises(SettingsError):
        tag_files(
            nlp, [], dataset=DatasetInput("out", column="tokens"), output_dataset="x", output_format="jsonl"
        )


def test_an_output_data_set_has_the_splits_of_the_input(nlp):
    tag_files(nlp, [], dataset=DatasetInput(texts(), streaming=True), output_dataset="out")
    loaded = datasets.load_dataset("out")
    assert {split: rows["id"][:] for split, rows in loaded.items()} == {
        "train": [0, 1, 2, 3],
        "validation": [3],
    }


def test_files_become_one_split(nlp, tmp_path):
    (tmp_path / "a.txt").write_text("Ada lives. Ada walks.\n")
    (tmp_path / "b.txt").write_text("In Paris.\n")
    tag_files(nlp, ["a.txt", "b.txt"], output_dataset="out")
    assert datasets.load_dataset("out", split="train")["text"][:] == ["Ada lives.", "Ada walks.", "In Paris."]


def test_workers_change_nothing(nlp, tmp_path):
    (tmp_path / "model").mkdir()
    write_model(tmp_path / "model", random_model(1))
    rows = datasets.Dataset.from_dict({"text": [f"Ada {n} lives in Paris." for n in range(2000)]})
    rows.to_parquet("many.parquet")
    for workers in (1, 2):
        chosen = DatasetInput("many.parquet", streaming=True)
        tag_files(
            "model", [], dataset=chosen, output_dataset=f"out{workers}", running=Running(workers=workers)
        )
    one, two = (tmp_path / f"out{n}" / "data" / "train-00000-of-00001.parquet" for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()
    assert datasets.load_dataset("out1", split="train").num_rows == 2000


def test_a_stream_is_tagged_as_it_is_read(nlp, monkeypatch):
    """Memory is bounded: what has been read and not been written stays within a few units."""
    monkeypatch.setattr(units_of_work, "PIECE_CHARACTERS", 2000)
    read, ahead = [], []

    def generate():
        for number in range(4000):
            read.append(number)
            yield {"text": f"Ada {number % 50} lives."}

    features = datasets.Features({"text": datasets.Value("string")})
    stream = datasets.IterableDataset.from_generator(generate, features=features)
    monkeypatch.setattr("tagger.text.hub.load_splits", lambda *a, **k: {"train": stream})
    monkeypatch.setattr(
        dataset_inputs.OpenSplit, "pieces", lambda self: _small_pieces(self.rows, self.where, self.head)
    )
    done = io.BytesIO()
    tag_files(
        nlp,
        [],
        dataset=DatasetInput("x"),
        stdout=done,
        progress=lambda report: ahead.append(len(read) - report.sentences),
    )
    assert len(done.getvalue().splitlines()) == 4000
    assert len(ahead) > 20 and max(ahead) < 1000


def _small_pieces(rows, where, head):
    from tagger.reading.dataset_pieces import cut_dataset

    return cut_dataset(rows, where, head, size=1000)


def test_a_row_that_cannot_be_read_leaves_no_output_data_set(nlp, tmp_path):
    datasets.Dataset.from_dict({"text": ["fine", "b\0"]}).to_parquet("bad.parquet")
    with pytest.raises(DataError) as error:
        tag_files(nlp, [], dataset=DatasetInput("bad.parquet"), output_dataset="out")
    expected = "bad.parquet, train, row 1: expected text, found a NUL byte. Pass --errors replace."
    assert str(error.value) == expected
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "out"))] == []
    report = tag_files(nlp, [], dataset=DatasetInput("bad.parquet"), stdout=io.BytesIO())
    assert [str(failed) for failed in report.failed] == [expected]


def test_an_output_data_set_replaces_only_its_like(nlp, tmp_path):
    for _ in range(2):
        tag_files(nlp, [], dataset=DatasetInput(tokens()), output_dataset="out", running=Running(force=True))
    with pytest.raises(OutputExistsError):
        tag_files(nlp, [], dataset=DatasetInput("tokens.parquet"), output_dataset="out")
    (tmp_path / "out" / "mine.txt").write_text("kept")
    with pytest.raises(TaggerError) as error:
        tag_files(
            nlp, [], dataset=DatasetInput("tokens.parquet"), output_dataset="out", running=Running(force=True)
        )
    assert str(error.value) == (
        "out: expected a data set, found other files. "
        "--force replaces only a folder that --output-dataset wrote; choose another one."
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"inputs": ["a.txt"]},
            "--input-dataset: expected either files or a data set, found both (a.txt).",
        ),
        (
            {"running": Running(resume=True), "output": "o/"},
            "--resume: expected files, which can be known again, found a data set.",
        ),
        (
            {"output_dataset": "o", "output": "p"},
            "--output-dataset: expected no --output beside it, found p.",
        ),
        (
            {"output_dataset": "o", "output_format": "jsonl"},
            "--format: expected parquet, or none, with --output-dataset, found jsonl.",
        ),
        (
            {"output": "o.jsonl"},
            "--output: expected a folder for several inputs, found the name of a file, o.jsonl. "
            "If a folder is to be called so, write o.jsonl/.",
        ),
    ],
)
def test_options_that_cannot_be_are_refused(nlp, arguments, message):
    options = {"inputs": [], "dataset": DatasetInput(texts()), **arguments}
    with pytest.raises(SettingsError) as error:
        tag_files(nlp, **options)
    assert str(error.value) == message


def test_an_added_field_that_a_row_has_already_needs_a_prefix(nlp):
    datasets.Dataset.from_dict({"text": ["Ada"], "tags": [1]}).to_parquet("a.parquet")
    (found,) = lines(nlp, DatasetInput("a.parquet"), field_prefix="new_")
    assert found["tags"] == 1 and found["new_tokens"] == ["Ada"]
    report = tag_files(nlp, [], dataset=DatasetInput("a.parquet"), stdout=io.BytesIO())
    assert "expected a record without a field 'tags'" in str(report.failed[0])


def test_an_engine_reads_and_writes_files_only(tmp_path):
    with pytest.raises(SettingsError) as error:
        tag_files(
            tmp_path / "model",
            [],
            dataset=DatasetInput(str(tmp_path)),
            output=str(tmp_path / "tagged"),
            running=Running(engine="ray"),
        )
    assert str(error.value) == "--engine: expected files as inputs and outputs, found a data set."
