import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tagger.embeddings.preprocessing import BLOCK, FITS, Preprocessing

KINDS = ["none", "center", "standardize", "whiten"]


def correlated(count: int = 200, width: int = 5) -> NDArray[np.float32]:
    """Vectors off the origin whose columns go together and have unlike spreads."""
    draw = np.random.default_rng(0)
    mixing = draw.normal(size=(width, width)) * np.geomspace(0.5, 5, width)
    return (draw.normal(size=(count, width)) @ mixing + 7).astype(np.float32)


def test_every_setting_has_its_map() -> None:
    from tagger.config import WordSettings

    allowed = WordSettings.model_json_schema()["properties"]["preprocessing"]["enum"]
    assert list(FITS) == allowed == KINDS


def test_none_leaves_vectors_as_they_are() -> None:
    vectors = correlated()
    np.testing.assert_array_equal(Preprocessing.fit("none", vectors).apply(vectors), vectors)


def test_center_subtracts_the_mean_by_hand() -> None:
    fit = Preprocessing.fit("center", np.array([[1, 10], [3, 30]], dtype=np.float32))
    further = fit.apply(np.array([[1, 10], [3, 30], [2, 0]], dtype=np.float32))
    np.testing.assert_allclose(further, [[-1, -10], [1, 10], [0, -20]])


def test_standardize_divides_by_the_standard_deviation_by_hand() -> None:
    fit = Preprocessing.fit("standardize", np.array([[1, 10], [3, 30]], dtype=np.float32))
    further = fit.apply(np.array([[1, 10], [3, 30], [2, 0]], dtype=np.float32))
    np.testing.assert_allclose(further, [[-1, -1], [1, 1], [0, -2]])


@pytest.mark.parametrize("kind", ["center", "standardize", "whiten"])
def test_the_mean_becomes_zero(kind: str) -> None:
    vectors = correlated()
    np.testing.assert_allclose(Preprocessing.fit(kind, vectors).apply(vectors).mean(0), 0, atol=1e-5)


def test_standardized_columns_have_deviation_one_and_stay_correlated() -> None:
    vectors = correlated()
    mapped = Preprocessing.fit("standardize", vectors).apply(vectors)
    np.testing.assert_allclose(mapped.std(0), 1, rtol=1e-5)
    np.testing.assert_allclose(np.corrcoef(mapped.T), np.corrcoef(vectors.T), atol=1e-5)


def test_whitened_vectors_have_the_identity_as_covariance() -> None:
    vectors = correlated()
    mapped = Preprocessing.fit("whiten", vectors).apply(vectors)
    np.testing.assert_allclose(np.cov(mapped.T, bias=True), np.eye(5), atol=1e-5)


@pytest.mark.parametrize("unit", [1.0, 3e-4])
def test_whitening_is_the_rotation_by_the_eigenvectors_of_the_covariance(unit: float) -> None:
    """Oracle: numpy.cov and numpy.linalg.eigh, directions up to their sign. The last direction hardly varies."""
    vectors = correlated() * np.float32(unit)
    vectors[:, 4] = vectors[:, 3] + vectors[:, 4] * np.float32(1e-4)
    eigenvalues, eigenvectors = np.linalg.eigh(np.cov(vectors.T.astype(np.float64), bias=True))
    assert eigenvalues[0] < 1e-7 * eigenvalues.mean()
    expected = (vectors - vectors.mean(0, dtype=np.float64)) @ eigenvectors
    expected /= np.sqrt(eigenvalues + 1e-8 * eigenvalues.mean())
    mapped = Preprocessing.fit("whiten", vectors).apply(vectors)[:, ::-1]  # eigh: smallest first
    signs = np.sign((mapped * expected).sum(0))
    np.testing.assert_allclose(mapped * signs, expected, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_vector_is_mapped_by_itself_whatever_comes_with_it(kind: str) -> None:
    vectors = correlated(BLOCK + 10, 3)
    fit = Preprocessing.fit(kind, vectors[:50])
    mapped = fit.apply(vectors)
    assert mapped.dtype == np.float32
    for place in (0, 60, BLOCK - 1, BLOCK, BLOCK + 9):
        np.testing.assert_allclose(mapped[place], fit.apply(vectors[place : place + 1])[0], rtol=1e-6)


@pytest.mark.parametrize("kind", ["standardize", "whiten"])
def test_a_constant_column_becomes_zero_for_every_word(kind: str) -> None:
    vectors = correlated()
    vectors[:, 2] = 0.3
    fit = Preprocessing.fit(kind, vectors)
    base, moved = vectors[:1], vectors[:1].copy()
    moved[0, 2] = 100.0  # a word beyond the fitted ones
    np.testing.assert_allclose(fit.apply(moved), fit.apply(base), atol=1e-5)
    assert np.isfinite(fit.linear).all()
    kept = fit.apply(vectors).var(0)
    np.testing.assert_allclose(np.sort(kept), [0, 1, 1, 1, 1], atol=1e-5)


def test_fewer_words_than_columns_keep_one_direction_less_than_words() -> None:
    vectors = correlated(4, 6)
    fit = Preprocessing.fit("whiten", vectors)
    covariance = np.cov(fit.apply(vectors).T, bias=True)
    np.testing.assert_allclose(covariance, np.diag([1, 1, 1, 0, 0, 0]), atol=1e-5)
    assert not fit.linear[:, 3:].any()


@pytest.mark.parametrize("kind", KINDS)
def test_equal_vectors_become_zero_and_not_infinite(kind: str) -> None:
    vectors = np.full((3, 2), 5.0, dtype=np.float32)
    expected = vectors if kind == "none" else np.zeros((3, 2))
    np.testing.assert_array_equal(Preprocessing.fit(kind, vectors).apply(vectors), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_map_survives_its_arrays(kind: str) -> None:
    fit = Preprocessing.fit(kind, correlated())
    again = Preprocessing.from_arrays(fit.arrays())
    np.testing.assert_array_equal(again.apply(correlated()), fit.apply(correlated()))
    assert fit.arrays().keys() == ({"mean", "matrix"} if kind == "whiten" else {"mean", "scale"})


@pytest.mark.parametrize("kind", KINDS)
def test_a_factor_comes_last(kind: str) -> None:
    fit = Preprocessing.fit(kind, correlated())
    np.testing.assert_allclose(fit.times(2.5).apply(correlated()), 2.5 * fit.apply(correlated()), rtol=1e-6)


@settings(deadline=None, max_examples=50)
@given(
    kind=st.sampled_from(["center", "standardize", "whiten"]),
    shift=st.floats(-50, 50),
    unit=st.sampled_from([1e-3, 1.0, 1e3]),
    seed=st.integers(0, 1000),
)
def test_statistics_do_not_depend_on_origin_or_unit(kind: str, shift: float, unit: float, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(20, 3)).astype(np.float32)
    moved = (vectors * unit + shift * unit).astype(np.float32)
    one, other = (Preprocessing.fit(kind, v).apply(v) for v in (vectors, moved))
    if kind == "center":
        other = other / np.float32(unit)
    np.testing.assert_allclose(np.abs(other), np.abs(one), atol=2e-4)  # a direction's sign is free
