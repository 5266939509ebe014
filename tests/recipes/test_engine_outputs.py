"""`tagger tag --engine` but for the engine: the units are done here, one after another."""

import gzip
import json
import os
import pickle
import sys
from functools import partial

import pytest

import tagger
from tagger.errors import DataError, OutputExistsError, SettingsError, TaggerError
from tagger.inference.model_archive import to_archive
from tagger.recipes import engine_files, engine_outputs
from tagger.recipes.engine_files import build_file_work
from tagger.recipes.ray_engine import ActorPool, require_ray
from tagger.recipes.tag import Reading, Running, TagJob, tag_files
from tagger.recipes.tag_manifest import MANIFEST
from tagger.saved import write_model
from tests.flows.program import tree
from tests.inference.random_models import random_model

TEXT = "Ada lives in Paris. The U.S. in 1990\nwas walking.\n\nAda Walks.\n"
RECORDS = [{"id": 1, "text": TEXT}, {"id": 2, "text": None}, {"id": 3, "text": "Ada."}]
ENGINE = Running(engine="ray", workers=2)


class Pool:
    """Stands for the actors: units and results travel as pickles, and come back in another order."""

    def __class_getitem__(cls, item):
        return cls

    def __init__(self, workers):
        self.workers = workers

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def map(self, build, units):
        work = pickle.loads(pickle.dumps(build))()
        done = [(unit, pickle.loads(pickle.dumps(work(unit)))) for unit in units]
        yield from reversed(done)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engine_outputs, "ActorPool", Pool)
    (tmp_path / "model").mkdir()
    write_model(tmp_path / "model", random_model(1))
    (tmp_path / "news" / "deep").mkdir(parents=True)
    (tmp_path / "news" / "a.txt").write_text(TEXT)
    (tmp_path / "news" / "empty.txt").write_text("")
    (tmp_path / "news" / "deep" / "b.txt.gz").write_bytes(gzip.compress(TEXT.encode()))
    (tmp_path / "records").mkdir()
    lines = "".join(json.dumps(record) + "\n" for record in RECORDS)
    (tmp_path / "records" / "one.jsonl").write_text(lines)
    (tmp_path / "records" / "two.jsonl").write_text(lines * 9)
    return tmp_path


def tag(inputs, output, running=ENGINE, **options):
    return tag_files("model", [inputs], output=output, running=running, **options)


def outputs(folder):
    """What stands in a folder; of its manifest the lines, in no order."""
    found = tree(folder)
    if MANIFEST in found:
        found[MANIFEST] = sorted(found[MANIFEST].splitlines())
    return found


@pytest.mark.parametrize(
    ("inputs", "options"),
    [
        ("news", {}),
        ("news", {"output_format": "jsonl", "tasks": ["ner"], "probabilities": True}),
        ("news", {"output_format": "html"}),
        ("news", {"output_format": "parquet", "min_probability": 0.5}),
        ("news", {"reading": Reading("sentences")}),
        ("records", {"field_prefix": "its_", "scheme": "IOBES"}),
        ("records", {"output_format": "parquet"}),
    ],
)
def test_the_folder_is_that_of_one_process(place, inputs, options):
    one = tag(inputs, "one/", Running(), **options)
    other = tag(inputs, "other/", **options)
    assert outputs(place / "other") == outputs(place / "one")
    assert (other.files, other.sentences, other.tokens) == (one.files, one.sentences, one.tokens)
    assert other.bytes == other.size


def test_parquet_files_go_in_and_out(place):
    tag("records", "tables/", Running(), output_format="parquet", field_prefix="first_")
    tag("tables", "one/", Running())
    tag("tables", "other/")
    assert outputs(place / "other") == outputs(place / "one")
    assert len(outputs(place / "one")) == 3


@pytest.mark.parametrize("inputs", ["news", "file://{}/news"])
def test_urls_are_read_and_written(place, inputs):
    tag("news", "one/", Running())
    tag(inputs.format(place), f"file://{place}/other/")
    one, other = outputs(place / "one"), outputs(place / "other")
    assert other.pop(MANIFEST) == one.pop(MANIFEST)[:1]  # its first line, of the models and settings
    assert other == one


def test_a_url_is_read_without_an_engine_but_not_written(place):
    tag("news", "one/", Running())
    tag(f"file://{place}/news", "other/", Running())
    one, other = outputs(place / "one"), outputs(place / "other")
    assert one.keys() == other.keys()
    with pytest.raises(SettingsError) as caught:
        tag("news", f"file://{place}/third/", Running())
    assert str(caught.value) == (
        f"--output: expected a path of this machine, found file://{place}/third/. "
        "Or pass --engine ray, which writes to folders of other systems."
    )


@pytest.mark.parametrize("root", ["", "file://{}/"])
def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_done(place, root):
    (place / "news" / "bad.txt").write_bytes(b"Ada.\ncaf\xe9")
    report = tag("news", root.format(place) + "other/")
    expected = "news/bad.txt:2: expected UTF-8 text, found the byte 0xe9. Name the encoding with --encoding, or pass --errors replace."
    assert [str(error) for error in report.failed] == [expected]
    assert report.files == 3
    assert "bad.txt.conll" not in tree(place / "other")
    with pytest.raises(DataError) as caught:
        tag("news", "third/", Running(engine="ray", workers=2, fail_fast=True))
    assert str(caught.value) == expected


@pytest.mark.parametrize("root", ["", "file://{}/"])
def test_resuming_does_what_is_left(place, root):
    output = root.format(place) + "other/"
    tag("news", output)
    before = tree(place / "other")
    (place / "other" / "a.txt.conll").unlink()
    (place / "other" / ".b.txt.conll.77.tagger-part").write_text("of an actor that was lost")
    with pytest.raises(OutputExistsError):
        tag("news", output)
    report = tag("news", output, Running(engine="ray", workers=2, resume=True))
    assert (report.files, report.skipped) == (1, 2)
    after = tree(place / "other")
    assert after.keys() == before.keys()
    assert after["a.txt.conll"] == before["a.txt.conll"]
    with pytest.raises(SettingsError) as caught:
        tag("news", output, Running(engine="ray", workers=2, resume=True), tasks=["ner"])
    assert str(caught.value).startswith("--task: expected none as before, found ner.")


def test_an_input_that_has_changed_is_done_again_in_another_system(place):
    output = f"file://{place}/other/"
    tag("news", output)
    (place / "news" / "a.txt").write_text("Walks.")
    os.utime(place / "news" / "a.txt", (2e9, 2e9))
    report = tag("news", output, Running(engine="ray", workers=2, resume=True))
    assert (report.files, report.skipped, report.tokens) == (1, 2, 2)


@pytest.mark.parametrize(
    ("inputs", "output", "message"),
    [
        (
            "-",
            "other/",
            "--engine: expected files, found standard input or a pipe. Leave out --engine, or save it as a file.",
        ),
        (
            "news",
            None,
            "--output: expected a folder with --engine, found standard output. Pass --output FOLDER/.",
        ),
        (
            "news/a.txt",
            "a.conll",
            "--output: expected a folder with --engine, found the file a.conll. Pass --output FOLDER/.",
        ),
    ],
)
def test_what_makes_no_sense_with_an_engine_is_an_error(place, inputs, output, message):
    with pytest.raises(SettingsError) as caught:
        tag(inputs, output)
    assert str(caught.value) == message


def test_an_engine_that_there_is_not_is_an_error(place):
    with pytest.raises(SettingsError) as caught:
        tag("news", "other/", Running(engine="spark"))
    assert str(caught.value) == "--engine: expected one of ray, found 'spark'."


def test_an_engine_needs_models_in_folders(place):
    with pytest.raises(SettingsError) as caught:
        tag_files(tagger.load("model"), ["news"], output="other/", running=Running(engine="ray"))
    assert str(caught.value) == (
        "workers: expected 1 with a tagger in memory (several processes load theirs from folders), found ray."
    )


def test_without_ray_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setitem(sys.modules, "ray.data", None)
    with pytest.raises(SettingsError) as caught:
        require_ray()
    assert caught.value.where == "--engine"
    assert str(caught.value).endswith('pip install "tagger[ray]" brings it.')


def test_without_ray_no_folder_is_begun(place, monkeypatch):
    monkeypatch.setattr(engine_outputs, "ActorPool", ActorPool)
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setitem(sys.modules, "ray.data", None)
    with pytest.raises(SettingsError, match="expected an environment with Ray Data"):
        tag("news", "tagged/")
    assert not (place / "tagged").exists()


def test_another_version_on_another_machine_is_an_error(place):
    archive = to_archive([place / "model"])
    with pytest.raises(TaggerError) as caught:
        build_file_work(archive, TagJob(), "0.0.1")
    expected = f"expected version 0.0.1 of tagger on {os.uname().nodename}, found {tagger.__version__}"
    assert str(caught.value) == f"--engine: {expected}. Install the same version on every machine."


def test_neighbours_share_a_unit_up_to_its_bytes(place, monkeypatch):
    units = []
    monkeypatch.setattr(engine_outputs, "SHARES", 1)
    call = engine_files.FileWork.__call__
    monkeypatch.setattr(
        engine_files.FileWork,
        "__call__",
        lambda self, unit: (units.append([t.given for t in unit]), call(self, unit))[1],
    )
    for name in "cde":
        (place / "news" / f"{name}.txt").write_text("Ada. " * 20)
    tag("news", "other/", Running(engine="ray", workers=4))
    sizes = {
        str(path.relative_to(place)): path.stat().st_size
        for path in (place / "news").rglob("*")
        if path.is_file()
    }
    most = sum(sizes.values()) // 4
    assert [name for unit in units for name in unit] == [
        "news/a.txt",
        "news/c.txt",
        "news/d.txt",
        "news/e.txt",
        "news/empty.txt",
        "news/deep/b.txt.gz",
    ]
    assert all(len(unit) == 1 or sum(map(sizes.__getitem__, unit)) <= most for unit in units)
    assert any(len(unit) > 1 for unit in units)


def test_the_model_need_not_be_where_the_actors_are(place):
    build = partial(
        build_file_work, to_archive([place / "model"]), TagJob(models=("nowhere",)), tagger.__version__
    )
    assert pickle.loads(pickle.dumps(build))()([]).parts == []
