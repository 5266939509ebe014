"""`prepare`: splits, conversion, what is written, what is refused before and after reading."""

import json
from pathlib import Path

import datasets
import pytest

from tagger.errors import DataError, OutputExistsError, SettingsError, TaggerError
from tagger.recipes.prep import PrepOptions, command_of, prepare
from tagger.text.prepared import read_prepared

TRAIN = "".join(f"w{i} N I-X\nx N O\n\n" for i in range(10))
DEV = "w1 N O\nnew N I-X\nnew N B-X\nx V O\n\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "train").write_text(TRAIN)
    (tmp_path / "dev").write_text(DEV)
    return tmp_path


def _options(folder: Path, **more) -> PrepOptions:
    values = {"output": folder / "out", "train": (str(folder / "train"),), "dev": (str(folder / "dev"),)}
    return PrepOptions(**(values | more))


def test_two_files_become_a_prepared_folder(files):
    report = prepare(_options(files, licence="CC0"))
    prepared = read_prepared(files / "out")
    assert report.schemes == prepared.schemes == {"pos": "none", "ner": "IOB2"}
    assert [s.tags["ner"] for s in prepared.splits["dev"]] == [["O", "B-X", "B-X", "O"]]
    assert report.statistics["train"].entities == {"ner": {"X": 10}}
    assert report.statistics["dev"].entities == {"ner": {"X": 2}}
    assert (report.statistics["dev"].unseen_forms, report.statistics["dev"].unseen_tokens) == (1, 2)
    assert report.fingerprint == prepared.fingerprint
    assert f"dev: {files / 'dev'}: ner is IOB1 (2 entities)" in report.notes
    assert "dev: pos has labels that train has not: V" in report.notes
    described = json.loads((files / "out" / "prep.json").read_text())
    assert described["licence"] == "CC0" and described["sources"][0]["sha256"] == report.sources[0]["sha256"]
    assert described["statistics"]["dev"]["tokens"] == 4
    assert "Licence: CC0" in (files / "out" / "README.md").read_text()
    assert set(datasets.load_from_disk(str(files / "out"))) == {"train", "dev"}


@pytest.mark.parametrize("scheme", ["IOB1", "IOB2", "IOBES"])
def test_every_scheme_keeps_every_entity(files, scheme):
    report = prepare(_options(files, scheme=scheme))
    assert report.schemes["ner"] == scheme
    assert {split: n.entities["ner"] for split, n in report.statistics.items()} == {
        "train": {"X": 10},
        "dev": {"X": 2},
    }


def test_the_same_input_gives_the_same_folder(files):
    one = prepare(_options(files, output=files / "one"))
    two = prepare(_options(files, output=files / "two"))
    assert one.fingerprint == two.fingerprint and one.statistics == two.statistics


def _words(folder: Path) -> dict[str, list[str]]:
    return {
        split: [s.tokens[0] for s in sentences] for split, sentences in read_prepared(folder).splits.items()
    }


def test_the_last_sentences_become_dev(files):
    report = prepare(_options(files, dev=(), dev_last=3))
    assert _words(files / "out") == {"train": [f"w{i}" for i in range(7)], "dev": ["w7", "w8", "w9"]}
    assert "dev: 3 sentences of train, taken from its end" in report.notes


@pytest.mark.parametrize("amount", [0.3, 3])
def test_random_sentences_become_dev_and_the_seed_decides(files, amount):
    chosen = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        prepare(_options(files, output=files / name, dev=(), dev_random=amount, seed=seed))
        words = _words(files / name)
        assert sorted(words["train"] + words["dev"]) == [f"w{i}" for i in range(10)]
        assert words["dev"] == sorted(words["dev"]) and len(words["dev"]) == 3
        chosen.append(words["dev"])
    assert chosen[0] == chosen[1] != chosen[2]


def test_a_saved_dataset_is_prepared_with_its_splits(files):
    prepare(_options(files))
    saved = datasets.load_from_disk(str(files / "out"))
    renamed = datasets.DatasetDict(
        {"train": saved["train"], "validation": saved["dev"], "unlabelled": saved["dev"]}
    )
    renamed.save_to_disk(str(files / "saved"))
    report = prepare(PrepOptions(output=files / "again", dataset=str(files / "saved")))
    assert _words(files / "again") == _words(files / "out")
    assert report.fingerprint == read_prepared(files / "out").fingerprint
    assert f"{files / 'saved'}: the split unlabelled is left out" in report.notes


def test_nothing_is_written_when_the_data_are_wrong(files):
    (files / "dev").write_text("a N O\nb N\n")
    before = sorted(files.iterdir())
    with pytest.raises(DataError, match=r"dev:2: expected 3 columns as in line 1, found 2"):
        prepare(_options(files, output=files / "deep" / "out"))
    assert sorted(files.iterdir()) == before


def test_skipping_is_counted_in_the_report(files):
    (files / "dev").write_text(DEV + "a N\n")
    assert prepare(_options(files, on_error="skip")).skipped == {"wrong number of columns": 1}


def test_an_output_is_replaced_only_by_force_and_only_if_prep_wrote_it(files):
    prepare(_options(files))
    with pytest.raises(OutputExistsError):
        prepare(_options(files))
    prepare(_options(files, dev=(), force=True))
    assert list(read_prepared(files / "out").splits) == ["train"]
    (files / "mine").mkdir()
    (files / "mine" / "thesis.txt").write_text("dear")
    with pytest.raises(TaggerError) as error:
        prepare(_options(files, output=files / "mine", force=True))
    assert str(error.value) == (
        f"{files / 'mine'}: expected a prepared folder, found other files. "
        "--force replaces only a folder that `tagger prep` wrote; choose another output."
    )
    assert (files / "mine" / "thesis.txt").read_text() == "dear"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"train": (), "dev": ()},
            "train: expected either files (--train, --dev, --test) or --input-dataset, found neither.",
        ),
        (
            {"dataset": "x"},
            "train: expected either files (--train, --dev, --test) or --input-dataset, found both.",
        ),
        ({"join_test": ("x",)}, "join_test: expected files for test to join to, found none."),
        ({"scheme": "BIO"}, "scheme: expected IOB1 or IOB2 or IOBES, found 'BIO'."),
        ({"dev_last": 2}, "dev: expected one of --dev, --dev-last and --dev-random, found more than one."),
        (
            {"dev": (), "dev_random": 1.5},
            "dev_random: expected a number of sentences, or for dev_random a share below 1, found another number.",
        ),
        (
            {"dev": (), "dev_last": 10},
            "dev: expected fewer sentences than train has (10), and at least one, found 10.",
        ),
    ],
)
def test_options_that_cannot_be_are_refused(files, change, message):
    with pytest.raises(SettingsError) as error:
        prepare(_options(files, **change))
    assert str(error.value) == message
    assert not (files / "out").exists()


def test_splits_need_the_columns_of_train(files):
    (files / "dev").write_text("a B-X\n\nb O\n")
    with pytest.raises(DataError) as error:
        prepare(_options(files))
    assert str(error.value) == (
        f"{files / 'dev'}: expected the column pos as in train, found ner. Name the columns to take with --columns."
    )
    (files / "dev").write_text("a N N\n")
    with pytest.raises(DataError) as error:
        prepare(_options(files, columns=("word", "pos", "ner")))
    assert str(error.value) == (
        f"{files / 'dev'}: expected a column ner as in train (IOB2), found plain tags. "
        "State the scheme with --input-scheme ner=SCHEME."
    )


def test_columns_that_train_lacks_are_left_out_of_dev(files):
    (files / "train").write_text("a B-X\n\nb O\n")
    report = prepare(_options(files))
    assert report.schemes == {"ner": "IOB2"} and "dev: pos is left out (train lacks it)" in report.notes


def test_words_without_tags_are_no_corpus(files):
    with pytest.raises(DataError) as error:
        prepare(_options(files, dev=(), columns=("word", "-", "-")))
    assert str(error.value) == f"{files / 'train'}: expected at least one tag column, found none."


def test_the_command_says_what_was_asked():
    options = PrepOptions(
        "o",
        train=("a b", "c"),
        join_train=("d", "e"),
        maps=("x=y",),
        input_schemes={"ner": "IOB1"},
        dev_last=3,
        licence="L",
    )
    assert command_of(options) == (
        "tagger prep o --train 'a b' --train c --join-train d --join-train e --map x=y --input-scheme ner=IOB1 "
        "--dev-last 3 --licence L"
    )
