"""The word table of a saved model, and its export: what a reader of vectors finds is what the model holds."""

import io
from pathlib import Path

import numpy as np
import pytest

from tagger.embeddings.vectors import read_vectors
from tagger.errors import ModelError, OutputExistsError, TaggerError
from tagger.recipes.word_table import Export, export_vectors, read_word_table
from tagger.reports.model import export_line
from tagger.saved import NetworkDescription, SavedModel, TaskDescription, write_model
from tagger.text.features import Feature, FormFeatures
from tagger.text.vocabulary import Vocabulary
from tagger.weights_file import Weights

WORDS = ["the", "New York", "000", "a\u00a0b", "é"]


def word_model(
    words: list[str], table: np.ndarray[tuple[int, int], np.dtype[np.float32]], *, half: bool = False
) -> SavedModel:
    """A model of nothing but a word table; its first two rows are the reserved ones."""
    weights: Weights = {"lookup.word.weight": table}
    return SavedModel(
        network=NetworkDescription(3, (2,), "tanh"),
        tasks=(TaskDescription("pos", "upos", "none", "word", ("NOUN",)),),
        features=FormFeatures([Feature("word", table.shape[1])], None, {"word": Vocabulary(words)}),
        weights=weights,
        half_precision=half,
    )


@pytest.fixture(params=[False, True], ids=["full", "half"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    table = np.random.default_rng(1).normal(size=(7, 3)).astype(np.float32)
    path = tmp_path / "model"
    path.mkdir()
    write_model(path, word_model(WORDS, table, half=request.param))
    return path


def test_the_table_is_float32_and_spells_words_as_the_model_does(folder: Path) -> None:
    table = read_word_table(folder)
    assert (table.vectors.dtype, table.vectors.shape) == (np.float32, (7, 3))
    assert table.vocabulary.items == WORDS
    assert table.item("THE-1") == "the-0"


@pytest.mark.parametrize("suffix", ["", ".gz", ".xz", ".bz2"])
def test_exported_vectors_are_read_as_the_rows_of_the_table(folder: Path, suffix: str) -> None:
    path = folder.parent / f"v.txt{suffix}"
    assert export_vectors(folder, path) == Export(4, 3, ("New York",))
    vectors = read_vectors(path, 3)
    assert vectors.words == ["the", "000", "a\u00a0b", "é"]
    table = read_word_table(folder).vectors[[2, 4, 5, 6]]
    kind = np.float16 if np.array_equal(table.astype(np.float16), table) else np.float32
    np.testing.assert_array_equal(vectors.vectors.astype(kind), table)
    assert sorted(p.name for p in folder.parent.iterdir()) == ["model", path.name]


def test_export_to_an_open_file(folder: Path) -> None:
    file = io.BytesIO()
    export_vectors(folder, file)
    export_vectors(folder, folder.parent / "v.txt")
    assert file.getvalue() == (folder.parent / "v.txt").read_bytes()
    assert file.getvalue().splitlines()[0] == b"4 3"


def test_export_replaces_a_file_with_force_only(folder: Path) -> None:
    path = folder.parent / "v.txt"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(OutputExistsError):
        export_vectors(folder, path)
    assert path.read_text(encoding="utf-8") == "old"
    export_vectors(folder, path, force=True)
    assert path.read_text(encoding="utf-8").startswith("4 3\nthe ")


def test_export_that_fails_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(file: io.BytesIO, *_: object, **__: object) -> None:
        file.write(b"4 3\n")
        raise OSError("disk full")

    monkeypatch.setattr("tagger.recipes.word_table.write_vectors", fail)
    with pytest.raises(OSError, match="disk full"):
        export_vectors(folder, folder.parent / "v.txt")
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_export_into_a_folder_that_is_not_there_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(TaggerError) as caught:
        export_vectors(tmp_path / "no model", tmp_path / "none" / "v.txt")
    assert str(caught.value) == f"{tmp_path}/none: expected a folder to write into, found none."


def test_a_model_without_a_word_table(tmp_path: Path) -> None:
    model = word_model([], np.zeros((2, 3), np.float32))
    model.features = FormFeatures([Feature("caps", 3)], None, {"caps": Vocabulary([])})
    write_model(tmp_path, model)
    with pytest.raises(ModelError) as caught:
        read_word_table(tmp_path)
    assert str(caught.value) == f"{tmp_path}: expected a model with a word table, found one without."


def test_a_table_of_another_size_than_the_vocabulary(tmp_path: Path) -> None:
    write_model(tmp_path, word_model(WORDS, np.zeros((6, 3), np.float32)))
    with pytest.raises(ModelError) as caught:
        read_word_table(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected weights lookup.word.weight of 7 x 3, found 6 x 3. The model is damaged."
    )


@pytest.mark.parametrize(
    ("left_out", "line"),
    [
        ([], "1,200 vectors of 64 numbers"),
        (["a b"], "1,200 vectors of 64 numbers; left out, for the white space in them: 'a b'"),
        (
            ["a b", "c\td", "", "e f", "g h"],
            "1,200 vectors of 64 numbers; left out, for the white space in them: 'a b', 'c\\td', '' and 2 others",
        ),
    ],
)
def test_the_line_that_tells_what_was_left_out(left_out: list[str], line: str) -> None:
    assert export_line("v.txt", 1200, 64, left_out) == f"v.txt: {line}"
