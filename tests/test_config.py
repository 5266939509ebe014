"""Settings: whole messages, overrides, did-you-mean, the round trip through TOML."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tagger.config import Settings, TaskSettings
from tagger.errors import SettingsError
from tagger.settings_file import dump_settings, load_settings, parse_settings


def message_of(values: dict[str, Any]) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_settings(values)
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"netwrk": {}},
            "netwrk: expected a known setting, found an unknown one. Did you mean network?",
        ),
        (
            {"network": {"windw": 5}},
            "network.windw: expected a known setting, found an unknown one. Did you mean window?",
        ),
        (
            {"features": {"word": {"dims": 3}}},
            "features.word.dims: expected a known setting, found an unknown one. Did you mean dim?",
        ),
        (
            {"tasks": {"pos": {"objectiv": "word"}}},
            "tasks.pos.objectiv: expected a known setting, found an unknown one. Did you mean objective?",
        ),
        (
            {"tasks": {"pos": {"data": {"trane": []}}}},
            "tasks.pos.data.trane: expected a known setting, found an unknown one. Did you mean train?",
        ),
        (
            {"features": {"zzz": {}}},
            "features.zzz: expected a known setting, found an unknown one. "
            "Known here: word, static, caps, prefix, suffix, shape, characters, gazetteers, memory.",
        ),
        (
            {"transfer": {"freeze": ["words"]}},
            "transfer.freeze.0: expected a layer: lookup, lookup.NAME, trunk, trunk.N, heads or heads.NAME, "
            "found 'words'.",
        ),
        (
            {"transfer": {"layers": ["heads."]}},
            "transfer.layers.0: expected a layer: lookup, lookup.NAME, trunk, trunk.N, heads or heads.NAME, "
            "found 'heads.'.",
        ),
        (
            {"transfer": {"rates": {"norms.0": 1.0}}},
            "transfer.rates.norms.0: expected a layer: lookup, lookup.NAME, trunk, trunk.N, heads or heads.NAME, "
            "found 'norms.0'.",
        ),
        (
            {"transfer": {"rates": {"lookup": {"word": {"x": 1.0}}}}},
            "transfer.rates.lookup.word: expected a number, found {'x': 1.0}.",
        ),
        (
            {"transfer": {"rates": {"lookup": {"word": 0.0}}}},
            "transfer.rates.lookup.word: expected greater than 0, found 0.0.",
        ),
        (
            {"transfer": {"thaw": {"trunk": -1}}},
            "transfer.thaw.trunk: expected greater than or equal to 0, found -1.",
        ),
        ({"transfer": {"thaw": 3}}, "transfer.thaw: expected a section of settings, found 3."),
        ({"network": {"window": 50}}, "network.window: expected less than or equal to 31, found 50."),
        ({"training": {"epochs": 0}}, "training.epochs: expected greater than or equal to 1, found 0."),
        ({"optimizer": {"rate": -1}}, "optimizer.rate: expected greater than 0, found -1."),
        ({"network": {"dropout": 1.0}}, "network.dropout: expected less than 1, found 1.0."),
        (
            {"training": {"device": "tpu"}},
            "training.device: expected 'auto', 'cpu', 'cuda' or 'mps', found 'tpu'.",
        ),
        (
            {"tasks": {"pos": {"objective": "crf"}}},
            "tasks.pos.objective: expected 'word', 'sentence', 'squared-error', 'tags-margin' or 'margin', found 'crf'.",
        ),
    ],
)
def test_whole_message(values: dict[str, Any], message: str) -> None:
    assert message_of(values) == message


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"network": {"window": 4}}, ("network.window", "an odd number of words")),
        ({"network": {"hidden": []}}, ("network.hidden", "at least one value")),
        ({"network": {"hidden": [0]}}, ("network.hidden.0", "greater than or equal to 1, found 0")),
        (
            {"data": {"folder": "x", "train": ["y"]}},
            ("data", "either folder or train and dev, not both, found {'folder'"),
        ),
        ({"network": {"window": "wide"}}, ("network.window", "a whole number", "'wide'")),
        ({"data": {"train": "one.conll"}}, ("data.train", "'one.conll'")),
        ({"network": 5}, ("network", "found 5")),
        ({"tasks": {"pos": 5}}, ("tasks.pos", "found 5")),
        ({"optimizer": {"rate": float("nan")}}, ("optimizer.rate", "found nan")),
        ({"optimizer": {"rate": float("inf")}}, ("optimizer.rate", "found inf")),
        ({"training": {"epochs": True}}, ("training.epochs", "a whole number", "found true")),
        ({"training": {"epochs": "3"}}, ("training.epochs", "a whole number", "found '3'")),
        ({"features": {"suffix": {"lengths": [0]}}}, ("features.suffix.lengths.0", "found 0")),
        ({"tasks": {"a.b/c": {}}}, ("tasks.a.b/c", "a name of letters, digits, _ and -")),
        ({"tasks": {"": {}}}, ("tasks.", "a name of letters, digits, _ and -")),
    ],
)
def test_message_names_the_setting_and_the_rule(values: dict[str, Any], parts: tuple[str, ...]) -> None:
    message = message_of(values)
    assert message.startswith(parts[0])
    assert all(part in message for part in parts)


def test_defaults_are_valid_and_have_no_tasks() -> None:
    assert parse_settings({}) == Settings()
    assert Settings().tasks == {}


def test_settings_do_not_change_after_construction() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().network.window = 7  # type: ignore[misc]


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("network.window=7", {"network": {"window": 7}}),
        ("network.hidden=[10, 20]", {"network": {"hidden": [10, 20]}}),
        ("training.device=cuda", {"training": {"device": "cuda"}}),  # a bare word is a string
        ('training.device="cuda"', {"training": {"device": "cuda"}}),
        ("features.word.lowercase=false", {"features": {"word": {"lowercase": False}}}),
        ("tasks.ner.scheme = IOB2", {"tasks": {"ner": {"scheme": "IOB2"}}}),
        ("data.train=['a.conll', 'b=c.conll']", {"data": {"train": ["a.conll", "b=c.conll"]}}),
        ("data.folder=a=b", {"data": {"folder": "a=b"}}),
    ],
)
def test_override(override: str, expected: dict[str, Any]) -> None:
    assert load_settings(None, [override]) == parse_settings(expected)


def test_override_wins_over_the_file_and_later_over_earlier(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[network]\nwindow = 3\ndropout = 0.1\n", encoding="utf-8")
    settings = load_settings(path, ["network.window=5", "network.window=9"])
    assert (settings.network.window, settings.network.dropout) == (9, 0.1)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("window", "--set: expected section.key=value, found 'window'."),
        ("=3", "--set: expected section.key=value, found '=3'."),
        (
            "network.windo=3",
            "network.windo: expected a known setting, found an unknown one. Did you mean window?",
        ),
    ],
)
def test_override_that_cannot_be(override: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(None, [override])
    assert str(caught.value) == message


def test_override_of_a_value_as_if_it_were_a_section(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("network = 5\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(path, ["network.window=3"])
    assert (
        str(caught.value) == "network.window: expected a section named network, found a value of that name."
    )


def test_settings_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "none.toml")
    assert (
        str(caught.value)
        == f"{tmp_path}/none.toml: expected a settings file, found none. `tagger init` writes one."
    )


@pytest.mark.parametrize("content", [b"x = [", b'x = "\xff"'])
def test_settings_file_that_is_not_toml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    assert str(caught.value).startswith(f"{path}: expected TOML, found ")


def test_settings_file_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}: expected a readable settings file, found ")


FULL = {
    "data": {"train": ["a.conll"], "columns": ["word", "pos"], "maps": ["ner:OTH=O"]},
    "features": {"suffix": {"lengths": [2, 3]}, "characters": {"filters": 25}},
    "network": {"window": 7, "hidden": [100, 50], "dropout": 0.25},
    "tasks": {"ner": {"objective": "sentence", "data": {"folder": "données/préparées"}}, "pos": {}},
    "training": {"seed": 42, "score": "ner.f1"},
}


@pytest.mark.parametrize("values", [{}, FULL])
def test_round_trip_through_toml(values: dict[str, Any], tmp_path: Path) -> None:
    settings = parse_settings(values)
    path = tmp_path / "settings.toml"
    path.write_text(dump_settings(settings), encoding="utf-8")
    assert load_settings(path) == settings


def test_dump_writes_every_value_out() -> None:
    values = tomllib.loads(dump_settings(parse_settings({"tasks": {"ner": {}}})))
    assert set(values) == set(Settings.model_fields)
    assert set(values["tasks"]["ner"]) == set(TaskSettings.model_fields) - {"data"}
    assert values["features"]["word"]["min_count"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "[transfer.rates]\nlookup.word = 0.5\ntrunk = 2.0\n",
        '[transfer.rates]\n"lookup.word" = 0.5\ntrunk = 2.0\n',
        '[transfer]\nrates = { "lookup.word" = 0.5, trunk = 2.0 }\n',
    ],
)
def test_layers_are_named_with_or_without_quotes(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    assert load_settings(path).transfer.rates == {"lookup.word": 0.5, "trunk": 2.0}
    overrides = ["transfer.rates.lookup.word=0.5", "transfer.rates.trunk=2.0", "transfer.thaw.heads.ner=3"]
    loaded = load_settings(None, overrides)
    assert loaded.transfer.rates == {"lookup.word": 0.5, "trunk": 2.0}
    assert loaded.transfer.thaw == {"heads.ner": 3}
    path.write_text(dump_settings(loaded))
    assert load_settings(path) == loaded
