"""Rows put aside while a network learns: the training comes to what it comes to with all rows in the network."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagger.recipes import rows_in_use
from tagger.recipes.rows_in_use import reduce_features
from tagger.recipes.rows_in_use import rows_in_use as find_rows
from tagger.recipes.train import train
from tagger.records import Step
from tagger.saved import read_model
from tagger.settings_file import parse_settings
from tagger.text.features import Feature, FormFeatures
from tagger.text.vocabulary import Vocabulary
from tagger.training.noise import typos_of
from tagger.weights_file import read_weights
from tests.flows.program import DATA

WORDS = ["q" + "".join(letters) for letters in product("abcdefghijklmno", repeat=3)][:3000]


def settings(folder: Path, *, typo_rate: float = 0.0, words: tuple[str, ...] = (), **training: Any) -> Any:
    """Two tasks on the sample corpus, and vectors of its words among those of 3,000 others."""
    lines = [f"{word} {' '.join(f'{x:.3f}' for x in np.random.default_rng(n).normal(size=6))}"
             for n, word in enumerate(["ada", "in", "the", *words, *WORDS, "oslo", "paris"])]  # fmt: skip
    (folder / "vectors.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return parse_settings(
        {
            "data": {"train": [str(DATA / "sample.train.jsonl")], "dev": [str(DATA / "sample.dev.jsonl")]},
            "features": {
                "word": {"dim": 6, "vectors": str(folder / "vectors.txt")},
                "characters": {"filters": 0},
                "suffix": {"lengths": [2], "dim": 4},
            },
            "network": {"hidden": [10], "window": 3},
            "tasks": {"upos": {}, "ner": {"objective": "sentence"}},
            "augmentation": {"typo_rate": typo_rate},
            "training": {"epochs": 3, "batch_words": 200, "averaging": 0.9, **training},
        }
    )


def test_the_result_is_that_of_all_rows_bit_for_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = train(settings(tmp_path), tmp_path / "few")
    monkeypatch.setattr(rows_in_use, "WORTH_IT", 10**9)
    every = train(settings(tmp_path), tmp_path / "all")

    assert few.scores == every.scores
    one, two = read_model(tmp_path / "few"), read_model(tmp_path / "all")
    assert len(one.features.vocabularies["word"]) > 3000
    assert one.features.vocabularies["word"].items == two.features.vocabularies["word"].items
    for name, array in two.weights.items():
        np.testing.assert_array_equal(array, one.weights[name], err_msg=name)
    sizes = [
        read_weights(tmp_path / n / "last.safetensors")["network/lookup.word.weight"] for n in ("few", "all")
    ]
    assert len(sizes[0]) * 4 < len(sizes[1])


def test_words_that_a_typo_may_come_to_are_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = tuple(sorted({typo.lower() for typo in typos_of("from", 9, seed=1)} - {"from"}))
    few = train(settings(tmp_path, typo_rate=0.8, words=words), tmp_path / "few")
    monkeypatch.setattr(rows_in_use, "WORTH_IT", 10**9)
    every = train(settings(tmp_path, typo_rate=0.8, words=words), tmp_path / "all")

    assert few.scores == every.scores
    one, two = read_model(tmp_path / "few"), read_model(tmp_path / "all")
    for name, array in two.weights.items():
        np.testing.assert_array_equal(array, one.weights[name], err_msg=name)


def test_a_run_goes_on_with_the_rows_that_were_put_aside(tmp_path: Path) -> None:
    whole = train(settings(tmp_path), tmp_path / "whole")

    def stop(step: Step) -> None:
        if step.epoch == 2 and step.words > 500:
            raise KeyboardInterrupt

    assert train(settings(tmp_path), tmp_path / "run", observe=stop).interrupted
    (tmp_path / "vectors.txt").unlink()
    kept = read_model(tmp_path / "run")
    again = train(settings_of(tmp_path), tmp_path / "run", resume=True)

    assert again.scores == whole.scores
    one, two = read_model(tmp_path / "whole"), read_model(tmp_path / "run")
    for name, array in one.weights.items():
        np.testing.assert_array_equal(array, two.weights[name], err_msg=name)
    row = kept.features.vocabularies["word"].row("qabc")
    np.testing.assert_array_equal(
        kept.weights["lookup.word.weight"][row], two.weights["lookup.word.weight"][row]
    )


def settings_of(folder: Path) -> Any:
    from tagger.recipes.train import resume_settings

    return resume_settings(folder / "run")


def test_rows_are_those_of_the_forms_and_the_reserved_ones() -> None:
    features = FormFeatures([Feature("word", 2)], None, {"word": Vocabulary(["the", "ada", "00", *WORDS])})

    rows = find_rows(features, ["The", "42", "unheard"])

    assert rows is not None and rows.tolist() == [0, 1, 2, 4]
    assert reduce_features(features, rows).vocabularies["word"].items == ["the", "00"]
    assert find_rows(features, WORDS) is None  # nearly all are in use
