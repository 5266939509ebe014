"""The compiled loops give the bits of their NumPy counterparts, and the package does without them."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from tagger.inference import kernels
from tagger.inference.decoding import LOWEST, Chain, best_labels, best_paths
from tagger.inference.runtime import Runtime
from tagger.inference.tagger import Tagger
from tests.inference.random_models import random_model

needs_kernels = pytest.mark.skipif(
    kernels.compiled() is None, reason="the package was installed without a C compiler"
)


def loops() -> kernels.Kernels:
    found = kernels.compiled()
    assert found is not None
    return found


@needs_kernels
@pytest.mark.parametrize("units", [1, 15, 16, 63, 64, 65, 128, 300])
@pytest.mark.parametrize("window", [1, 3, 5, 11])
@pytest.mark.parametrize("relu", [False, True])
def test_sums_of_rows_are_numpys_to_the_last_bit(units: int, window: int, relu: bool) -> None:
    random = np.random.default_rng(units * window)
    table = random.normal(size=(40, window * units)).astype(np.float32)
    numbers = random.integers(0, 40, size=60)
    places = random.integers(0, 60 - window, size=33)
    sums = np.full((33, units), np.nan, np.float32)
    loops().sum_rows(table, numbers, places, sums, relu=relu)
    pieces = table.reshape(40, window, units)
    expected = pieces[numbers[places], 0]
    for slot in range(1, window):
        expected = expected + pieces[numbers[places + slot], slot]
    np.testing.assert_array_equal(sums, np.maximum(expected, 0) if relu else expected)


def random_chain(random: np.random.Generator, labels: int, forbidden: float) -> tuple[Chain, Chain]:
    def scores(*shape: int) -> np.ndarray:
        return random.integers(-3, 4, size=shape).astype(np.float32)  # whole numbers: many paths are equal

    free = Chain(scores(labels), scores(labels, labels), np.zeros(labels, np.float32))
    never = np.float32(-np.inf)
    parts = (free.start, free.pairs, free.end)
    chain = Chain(*(np.where(random.random(p.shape) < forbidden, never, p) for p in parts))
    return chain, free


@needs_kernels
@pytest.mark.parametrize("forbidden", [0.0, 0.4, 0.9])
@pytest.mark.parametrize("labels", [1, 2, 9, 17, 50])
def test_best_paths_are_numpys_equal_ones_and_sentences_without_a_path_included(
    labels: int, forbidden: float
) -> None:
    random = np.random.default_rng(labels)
    chain, free = random_chain(random, labels, forbidden)
    lengths = random.integers(0, 12, size=50)
    wide = random.integers(-4, 5, size=(int(lengths.sum()), labels + 3)).astype(np.float32)
    scores = wide[:, 2 : 2 + labels]  # columns of a wider array
    found, lost = loops().best_paths(scores, lengths, chain.start, chain.pairs, chain.end, lowest=LOWEST)
    expected = best_paths(np.ascontiguousarray(scores), lengths, chain, free)
    kept = np.repeat(~lost, lengths)
    np.testing.assert_array_equal(found[kept], expected[kept])
    if forbidden == 0.0:
        assert not lost.any()
    if forbidden == 0.9 and labels > 1:
        assert lost.any()


@needs_kernels
@pytest.mark.parametrize("labels", [1, 2, 15, 16, 17, 45, 64])
def test_best_labels_are_numpys_the_lowest_of_equal_ones(labels: int) -> None:
    random = np.random.default_rng(labels)
    wide = random.integers(-2, 3, size=(200, labels + 5)).astype(np.float32)
    scores = wide[:, 1 : 1 + labels]
    np.testing.assert_array_equal(loops().best_labels(scores), best_labels(scores))


@needs_kernels
@pytest.mark.parametrize("activation", ["relu", "hard_tanh", "sigmoid", "maxout"])
def test_a_model_scores_and_tags_alike_with_and_without_them(
    activation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = random_model(3, hidden=(70, 9), activation=activation)
    random = np.random.default_rng(4)
    sentences = [[f"form{n}" for n in random.zipf(1.3, random.integers(0, 30))] for _ in range(100)]
    with_them, tags = Runtime(model).scores(sentences), list(Tagger(model).tag_sentences(sentences))
    monkeypatch.setenv(kernels.ENVIRONMENT, "numpy")
    assert kernels.compiled() is None
    np.testing.assert_array_equal(Runtime(model).scores(sentences), with_them)
    assert [s.tags for s in Tagger(model).tag_sentences(sentences)] == [s.tags for s in tags]


def test_a_library_that_cannot_be_loaded_is_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "_kernels.so"
    broken.write_bytes(b"of another machine")
    monkeypatch.setattr(kernels, "LIBRARY", broken)
    assert kernels._loaded.__wrapped__() is None


@needs_kernels
def test_a_library_of_another_version_is_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(kernels._loaded.__wrapped__(), kernels.Kernels)
    monkeypatch.setattr(kernels, "VERSION", kernels.VERSION + 1)
    assert kernels._loaded.__wrapped__() is None


@pytest.mark.skipif(sys.platform == "win32" or shutil.which("cc") is None, reason="no C compiler")
def test_the_source_compiles_and_a_compiler_that_fails_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hatch_build = pytest.importorskip("hatch_build", reason="hatchling is not installed")
    source, target = Path(kernels.__file__).with_name("kernels.c"), tmp_path / "library.so"
    monkeypatch.setenv("CC", "cc")
    assert hatch_build.compile_library(source, target)
    monkeypatch.setattr(kernels, "LIBRARY", target)
    assert isinstance(kernels._loaded.__wrapped__(), kernels.Kernels)
    for compiler in ("false", str(tmp_path / "no-such-compiler")):
        monkeypatch.setenv("CC", compiler)
        assert not hatch_build.compile_library(source, tmp_path / "other.so")
    assert [path.name for path in tmp_path.iterdir()] == ["library.so"]
