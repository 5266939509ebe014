"""The section [augmentation] of a run: what it changes, and that such a run is resumed exactly."""

from pathlib import Path

import numpy as np
import pytest

from tagger.config import Settings
from tagger.errors import SettingsError
from tagger.recipes.train import resume_settings, train
from tagger.records import Step
from tagger.saved import FORMS, VOCABULARY, WEIGHTS
from tagger.settings_file import parse_settings
from tagger.weights_file import read_weights

CORPUS = """\
Ada NNP I-PER
Lovelace NNP I-PER
lives VBZ O
in IN O
Paris NNP I-LOC

Maria NNP I-PER
reads VBZ O

Oslo NNP I-LOC
is VBZ O
late JJ O
"""


def settings(folder: Path, **augmentation: float) -> Settings:
    path = folder / "corpus.conll"
    path.write_text(CORPUS, encoding="utf-8")
    return parse_settings(
        {
            "data": {"train": [str(path)], "dev": [str(path)], "columns": ["word", "pos", "ner"]},
            "features": {"word": {"dim": 4, "unknown_rate": 0.0}},
            "network": {"hidden": [8]},
            "tasks": {"pos": {}, "ner": {"objective": "sentence"}},
            "augmentation": augmentation,
            "training": {"epochs": 4, "batch_words": 5, "patience": 0, "averaging": 0.0},
        }
    )


@pytest.mark.parametrize(
    "name", ["lowercase_rate", "uppercase_rate", "titlecase_rate", "typo_rate", "rare_rate", "swap_rate"]
)
def test_each_rate_changes_what_is_learnt_but_not_what_the_model_says_of_its_data(
    tmp_path: Path, name: str
) -> None:
    train(settings(tmp_path), tmp_path / "plain")
    train(settings(tmp_path, **{name: 0.6}), tmp_path / "augmented")
    plain, augmented = (read_weights(tmp_path / run / WEIGHTS) for run in ("plain", "augmented"))
    assert not np.array_equal(plain["trunk.0.weight"], augmented["trunk.0.weight"])
    for file in (VOCABULARY, FORMS):
        assert (tmp_path / "plain" / file).read_text() == (tmp_path / "augmented" / file).read_text()


def test_an_augmented_run_that_is_resumed_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    rates = {
        "lowercase_rate": 0.3,
        "uppercase_rate": 0.2,
        "typo_rate": 0.5,
        "rare_rate": 0.5,
        "swap_rate": 0.5,
    }
    chosen = settings(tmp_path, **rates)
    train(chosen, tmp_path / "whole")

    def interrupt(step: Step) -> None:
        if step.epoch == 3:
            raise KeyboardInterrupt

    assert train(chosen, tmp_path / "broken", observe=interrupt).epochs == 2
    train(resume_settings(tmp_path / "broken"), tmp_path / "broken", resume=True)
    whole, resumed = (read_weights(tmp_path / run / WEIGHTS) for run in ("whole", "broken"))
    assert all(np.array_equal(whole[name], resumed[name]) for name in whole)


def test_rates_that_cannot_be_leave_no_folder_behind(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        train(settings(tmp_path, lowercase_rate=0.6, uppercase_rate=0.6), tmp_path / "model")
    assert str(error.value).startswith("augmentation.uppercase_rate: expected at most 0.4")
    assert not (tmp_path / "model").exists()
