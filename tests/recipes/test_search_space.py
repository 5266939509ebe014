"""The file SPACE: what it may say, and what is said of what it may not."""

from pathlib import Path

import numpy as np
import pytest

from tagger.config import Settings
from tagger.errors import SettingsError, TaggerError
from tagger.recipes.search_parameters import Choices, Range, changed, value_of
from tagger.recipes.search_space import Stage, parse_space, planned_trials, read_space
from tagger.settings_file import parse_settings

SETTINGS = parse_settings({"tasks": {"ner": {}, "upos": {}}})

WHOLE = """\
method = "random"
trials = 20
seeds = 2
seed = 7

[[stages]]
sample = 2000
epochs = 4
halving = 3
[stages.space]
"optimizer.rate" = { low = 1e-4, high = 1e-1, scale = "log" }
optimizer.name = ["adam", "sgd"]
features.suffix.dim = { low = 8, high = 32 }
features.word.unknown_rate = { low = 0, high = 0.5 }

[[stages]]
method = "grid"
keep = 3
refine = 0.25
[stages.space]
network.hidden = [[300], [300, 100]]
[stages.space.network]
dropout = { low = 0, high = 0.6, steps = 3 }
"""


def test_a_whole_file() -> None:
    space = parse_space(
        WHOLE.replace("[stages.space]\nnetwork.hidden", "[stages.space]\n'network.hidden'"), SETTINGS
    )
    assert space.seed == 7
    first, second = space.stages
    assert (first.method, first.trials, first.seeds, first.sample, first.epochs, first.halving) == (
        "random",
        20,
        2,
        2000,
        4,
        3,
    )
    assert first.space == {
        "optimizer.rate": Range(1e-4, 1e-1, log=True),
        "optimizer.name": Choices(({"optimizer.name": "adam"}, {"optimizer.name": "sgd"})),
        "features.suffix.dim": Range(8, 32, whole=True),
        "features.word.unknown_rate": Range(0.0, 0.5),
    }
    assert (second.method, second.keep, second.refine, second.seeds, second.sample) == (
        "grid",
        3,
        0.25,
        2,
        None,
    )
    assert second.space == {
        "network.hidden": Choices(({"network.hidden": [300]}, {"network.hidden": [300, 100]})),
        "network.dropout": Range(0.0, 0.6, steps=3),
    }
    # the second stage: two lists, three rates of dropout and three points of each of the three ranges before, round
    # each of three settings, which are tried themselves too
    assert planned_trials(space) == [20, 3 * 2 * 3 * 3 * 3 * 3 + 3]


def test_one_stage_needs_no_stages() -> None:
    space = parse_space("trials = 3\n[space]\noptimizer.rate = [0.1, 0.2]", SETTINGS)
    assert space.stages == (
        Stage(
            trials=3, space={"optimizer.rate": Choices(({"optimizer.rate": 0.1}, {"optimizer.rate": 0.2}))}
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        'optimizer = [{ name = "adam", rate = 0.003 }, { name = "sgd", rate = 0.1 }]',
        'together = [{ optimizer = { name = "adam", rate = 0.003 } }, { "optimizer.name" = "sgd", "optimizer.rate" = 0.1 }]',
    ],
)
def test_settings_that_move_together(text: str) -> None:
    (parameter,) = parse_space(f"[space]\n{text}", SETTINGS).stages[0].space.values()
    assert parameter == Choices(
        (
            {"optimizer.name": "adam", "optimizer.rate": 0.003},
            {"optimizer.name": "sgd", "optimizer.rate": 0.1},
        )
    )


def test_whole_ends_of_a_setting_with_fractions_are_no_whole_numbers() -> None:
    space = parse_space("[space]\ntasks.ner.weight = { low = 1, high = 3 }", SETTINGS)
    assert space.stages[0].space == {"tasks.ner.weight": Range(1.0, 3.0)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = ", "SPACE: expected TOML, found Invalid value (at end of document)."),
        ("", "SPACE: space: expected settings to search in the first stage, found none."),
        ("trails = 3", "SPACE: trails: expected a known key, found an unknown one. Did you mean trials?"),
        ("seed = -1", "SPACE: seed: expected a whole number of at least 0, found -1."),
        ("stages = 3", "SPACE: stages: expected tables [[stages]], found 3."),
        ("space = 3", "SPACE: space: expected a table of settings, found 3."),
        ('method = "gird"', "SPACE: method: expected one of random, grid, tpe, found 'gird'."),
        ("trials = 0", "SPACE: trials: expected a whole number of at least 1, found 0."),
        ("seeds = 1.5", "SPACE: seeds: expected a whole number of at least 1, found 1.5."),
        ("epochs = true", "SPACE: epochs: expected a whole number of at least 1, found True."),
        ("refine = 1", "SPACE: refine: expected a share from 0 to below 1, found 1."),
        (
            "[space]\nx = [1]\n[[stages]]\n",
            "SPACE: space: expected either space or stages, found both.",
        ),
        (
            "refine = 0.5\n[space]\noptimizer.rate = [1.0]",
            "SPACE: space: expected settings to search in the first stage, found refine.",
        ),
        (
            "halving = 1\n[space]\noptimizer.rate = [1.0]",
            "SPACE: halving: expected 0 or at least 2, found 1.",
        ),
        (
            'method = "tpe"\nhalving = 3\n[space]\noptimizer.rate = [1.0]',
            'SPACE: halving: expected 0 with method = "tpe", found 3. '
            "tpe learns from trials of equal length; halve with random or grid.",
        ),
        (
            "[[stages]]\nspace = { optimizer.rate = [1.0] }\n[[stages]]\nspase = 1",
            "SPACE, stage 2: spase: expected a known key, found an unknown one. Did you mean space?",
        ),
        (
            "[space]\noptimizer.rat = [1.0]",
            "SPACE: optimizer.rat: expected a known setting, found an unknown one. Did you mean rate?",
        ),
        (
            "[space]\noptimiser.rate = [1.0]",
            "SPACE: optimiser: expected a known setting, found an unknown one. Did you mean optimizer?",
        ),
        (
            "[space]\noptimizer.rate.first = [1.0]",
            "SPACE: optimizer.rate.first: expected a section named rate, found a value of that name.",
        ),
        (
            "[space]\noptimizer.rate = [0.1, -1.0]",
            "SPACE: optimizer.rate: expected greater than 0, found -1.0.",
        ),
        (
            "[space]\noptimizer.rate = { low = 0.0, high = 1.0 }",
            "SPACE: optimizer.rate: expected greater than 0, found 0.0.",
        ),
        (
            "[space]\noptimizer.rate = 0.1",
            "SPACE: optimizer.rate: expected a list of values or { low, high }, found 0.1. "
            "A value that stays the same belongs in the settings file.",
        ),
        (
            "[space]\noptimizer.rate = { lo = 0.1, high = 1 }",
            "SPACE: optimizer.rate: lo: expected a known key, found an unknown one. Did you mean low?",
        ),
        (
            "[space]\noptimizer.rate = { high = 1 }",
            "SPACE: optimizer.rate.low: expected a number, found none.",
        ),
        (
            "[space]\noptimizer.rate = { low = 1, high = '2' }",
            "SPACE: optimizer.rate.high: expected a number, found '2'.",
        ),
        (
            "[space]\noptimizer.rate = { low = 2, high = 1 }",
            "SPACE: optimizer.rate: expected a low end below the high one, found 2 and 1.",
        ),
        (
            "[space]\noptimizer.rate = { low = 1, high = 2, scale = 'logarithmic' }",
            'SPACE: optimizer.rate.scale: expected "linear" or "log", found \'logarithmic\'.',
        ),
        (
            "[space]\nnetwork.dropout = { low = 0, high = 0.5, scale = 'log' }",
            "SPACE: network.dropout.low: expected a number above 0 on a logarithmic scale, found 0.",
        ),
        (
            "[space]\nnetwork.dropout = { low = 0, high = 0.5, steps = 1 }",
            "SPACE: network.dropout.steps: expected a whole number of at least 2, found 1.",
        ),
        (
            "method = 'grid'\n[space]\nnetwork.dropout = { low = 0, high = 0.5 }",
            "SPACE: network.dropout.steps: expected a whole number of at least 2, found none. "
            "A grid takes so many values of the range.",
        ),
        ("[space]\nnetwork.dropout = []", "SPACE: network.dropout: expected at least one value, found none."),
        (
            "[space]\nnetwork.dropout = [0.1, 0.2, 0.1]",
            "SPACE: network.dropout: expected different values, found [0.1, 0.2, 0.1].",
        ),
        ("[space]\ntogether = [3]", "SPACE: together: expected tables of settings, found [3]."),
        (
            "[space]\nnetwork.hidden = [100, 300]",
            "SPACE: network.hidden: expected a list, found 100. "
            "Each choice is a whole value: [[300], [500]] are two choices of a list.",
        ),
        (
            "[space]\nnetwork.window = { low = 3, high = 7 }",
            "SPACE: network.window: expected an odd number of words, so that one stands in the centre, found 4.",
        ),
        (
            "[space]\nnetwork.window = { low = 3.0, high = 7.0 }",
            "SPACE: network.window: expected a whole number, found 3.0.",
        ),
        (
            "[space]\ntasks.nre.weight = [1.0]",
            "SPACE: tasks.nre.weight: expected a task of the settings file (ner, upos), found 'nre'. "
            "Name it in the settings file: [tasks.nre]",
        ),
        (
            "[space]\ntraining.seed = [1, 2]",
            "SPACE: training.seed: expected a setting that can be searched, found one that cannot. "
            "The key seeds says how many seeds each trial gets.",
        ),
        (
            "epochs = 3\n[space]\ntraining.epochs = [1, 2]",
            "SPACE: training.epochs: expected epochs that the stage leaves open, found epochs = 3 in the stage.",
        ),
        (
            "halving = 3\n[space]\ntraining.epochs = [1, 2]",
            "SPACE: training.epochs: expected epochs that the stage leaves open, found halving, which sets them.",
        ),
        (
            "[space]\noptimizer = [{ rate = 0.1 }, { rate = 0.2 }]\ntogether = [{ optimizer.rate = 0.3 }]",
            "SPACE: optimizer.rate: expected a setting searched once, found it in optimizer and together.",
        ),
    ],
)
def test_what_cannot_be_is_an_error(text: str, message: str) -> None:
    with pytest.raises(TaggerError) as caught:
        parse_space(text, SETTINGS, where="SPACE")
    assert str(caught.value) == message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_space(tmp_path / "none", SETTINGS)
    assert str(caught.value) == f"{tmp_path / 'none'}: expected a file that describes a search, found none."


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_space(tmp_path, SETTINGS)
    assert str(caught.value) == f"{tmp_path}: expected a readable text file, found Is a directory."


def test_points_of_a_range_lie_at_equal_distances_on_its_scale() -> None:
    """NumPy's linspace and geomspace are the oracles."""
    assert [p["x"] for p in Range(0.0, 0.6, steps=4).points("x")] == pytest.approx(
        list(np.linspace(0, 0.6, 4))
    )
    assert [p["x"] for p in Range(1e-4, 1e-1, log=True, steps=7).points("x")] == pytest.approx(
        list(np.geomspace(1e-4, 1e-1, 7)), rel=1e-5
    )
    assert [p["x"] for p in Range(1, 3, whole=True, steps=9).points("x")] == [1, 2, 3]


def test_a_narrowed_range_keeps_its_centre_its_share_and_the_old_ends() -> None:
    narrow = Range(1e-4, 1.0, log=True).narrowed(1e-2, 0.5)
    assert (narrow.low, narrow.high) == pytest.approx((1e-3, 1e-1), rel=1e-5)
    assert Range(0.0, 1.0).narrowed(0.9, 0.4) == Range(0.7, 1.0)
    assert Range(1, 100, whole=True).narrowed(10, 0.2) == Range(1, 20, whole=True)


@pytest.mark.parametrize(("value", "expected"), [(1e-4, True), (1.3e-4, True), (1e-2, False), (0.9, True)])
def test_the_edge_of_a_range(value: float, expected: bool) -> None:
    assert Range(1e-4, 1.0, log=True).at_edge(value) is expected


def test_changed_settings_differ_in_what_is_named_only() -> None:
    new = changed(SETTINGS, {"network.hidden": [7, 8], "tasks.ner.weight": 2.0})
    assert new == parse_settings(
        {"network": {"hidden": [7, 8]}, "tasks": {"ner": {"weight": 2.0}, "upos": {}}}
    )
    assert value_of(new, "network.hidden") == [7, 8]
    assert value_of(new, "tasks.pos.weight") is None
    assert changed(Settings(), {}) == Settings()
