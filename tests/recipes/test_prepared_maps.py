"""Maps of the settings on a prepared folder: those that it was prepared with are done already."""

from pathlib import Path

import pytest

from tagger.recipes.prep import PrepOptions, prepare
from tagger.recipes.prepared_maps import further_maps, joined_maps, map_prepared
from tagger.recipes.training_data import load_training_data, with_reading
from tagger.settings_file import parse_settings
from tagger.text.prepared import read_prepared


@pytest.mark.parametrize(
    ("read", "own", "further", "joined"),
    [
        ((), (), (), ()),
        (("a=b",), (), (), ("a=b",)),
        ((), ("c=d",), ("c=d",), ("c=d",)),
        (("a=b",), ("c=d",), ("c=d",), ("a=b", "c=d")),
        (("a=b",), ("a=b", "c=d"), ("c=d",), ("a=b", "c=d")),
        (("a=b", "b=a"), ("a=b", "b=a"), (), ("a=b", "b=a")),
    ],
)
def test_maps_that_are_done_are_not_done_again(
    read: tuple[str, ...], own: tuple[str, ...], further: tuple[str, ...], joined: tuple[str, ...]
) -> None:
    assert further_maps(read, own) == further
    assert joined_maps(read, own) == joined


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "c.conll"
    path.write_text("Ada B-person\nacts O\nOslo B-place\n", encoding="utf-8")
    prepare(
        PrepOptions(
            tmp_path / "p", train=(str(path),), dev=(str(path),), columns=("word", "ner"), maps=("place=LOC",)
        )
    )
    return tmp_path / "p"


def test_maps_change_the_sentences_and_are_told(folder: Path) -> None:
    prepared = read_prepared(folder)
    notes = map_prepared(prepared, "p", ("place=LOC", "person=PER", "x=y"))
    assert prepared.splits["dev"][0].tags["ner"] == ["B-PER", "O", "B-LOC"]
    assert notes == ["p: the map person=PER changed 2 tags", "p: the map x=y changed nothing"]


def test_a_training_reads_a_prepared_folder_with_its_maps_and_keeps_them(folder: Path) -> None:
    settings = parse_settings({"data": {"folder": str(folder), "maps": ["person=PER"]}})
    for _ in range(2):  # the settings that are kept read the same again
        data = load_training_data(settings)
        assert data.tasks[0].labels == ("O", "S-LOC", "S-PER")
        settings = with_reading(settings, data)
        assert settings.data.maps == ("place=LOC", "person=PER")
