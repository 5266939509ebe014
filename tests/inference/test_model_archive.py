"""Copies of model folders, in folders and in bytes."""

from pathlib import Path

import pytest

from tagger.errors import ModelError
from tagger.inference.model_archive import copied, copy_models, from_archive, to_archive
from tagger.saved import CARD, write_model
from tests.inference.random_models import random_model


@pytest.fixture
def folders(tmp_path):
    """Two models, the first with a card and the state of its training."""
    result = [tmp_path / "one", tmp_path / "two"]
    for seed, folder in enumerate(result):
        folder.mkdir()
        write_model(folder, random_model(seed))
    (result[0] / CARD).write_text("card")
    (result[0] / "last.safetensors").write_bytes(b"state of training")
    return result


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "last.safetensors"}


def test_copies_hold_everything_but_the_state_of_training(folders, tmp_path):
    copy_models(folders, tmp_path / "copy")
    assert copied(tmp_path / "copy") == [tmp_path / "copy" / "1", tmp_path / "copy" / "2"]
    for folder, copy in zip(folders, copied(tmp_path / "copy"), strict=True):
        assert {path.name: path.read_bytes() for path in copy.iterdir()} == contents(folder)


def test_bytes_become_the_same_folders(folders):
    with from_archive(to_archive(folders)) as found:
        assert [contents(folder) for folder in found] == [contents(folder) for folder in folders]
    assert not found[0].exists()


def test_other_bytes_are_refused():
    with pytest.raises(ModelError) as error, from_archive(b"other"):
        pass
    assert str(error.value) == "expected the bytes of a model, found others (File is not a zip file)."


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError) as error:
        to_archive([tmp_path])
    assert str(error.value) == f"{tmp_path}: expected a model folder with model.json, found none."
