"""The commented settings file: complete, and the same settings when read back."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tagger.config import (
    CharacterSettings,
    NetworkSettings,
    Section,
    Settings,
    TaskSettings,
    TrainingSettings,
    WordSettings,
)
from tagger.errors import DataError, OutputExistsError, TaggerError
from tagger.recipes.init import describe_setting, init, settings_template
from tagger.settings_file import load_settings, parse_settings
from tagger.text.prepared import write_prepared
from tagger.text.sentences import Sentence


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"tasks": {"ner": {"objective": "sentence"}, "pos": {}}},
        {"tasks": {"ner": {"data": {"train": ["a b.conll", "c.conll"], "columns": ["word", "ner"]}}}},
        {"data": {"folder": 'a "quoted" \\ folder'}, "network": {"hidden": [300, 100]}},
    ],
)
def test_template_reads_back_as_the_same_settings(values: dict[str, Any]) -> None:
    settings = parse_settings(values)
    assert parse_settings(tomllib.loads(settings_template(settings))) == settings


def test_template_shows_every_setting() -> None:
    def keys(section: type[Section]) -> set[str]:
        return {name for name in section.model_fields if name not in ("data", "tasks")}

    values = tomllib.loads(settings_template(parse_settings({"tasks": {"ner": {}}})))
    assert set(values) == set(Settings.model_fields)
    assert set(values["network"]) == keys(NetworkSettings)
    assert set(values["training"]) == keys(TrainingSettings)
    assert set(values["tasks"]["ner"]) == keys(TaskSettings)
    assert set(values["features"]["characters"]) == keys(CharacterSettings)


def test_every_section_says_what_it_is() -> None:
    lines = settings_template(parse_settings({"tasks": {"ner": {}}})).splitlines()
    headers = [number for number, line in enumerate(lines) if line.startswith("[")]
    assert len(headers) >= 11
    assert all(lines[number - 1].startswith("# ") for number in headers)


def test_without_tasks_an_example_is_shown() -> None:
    assert "# [tasks.ner]" in settings_template(Settings())
    assert "# [tasks.ner]" not in settings_template(parse_settings({"tasks": {"pos": {}}}))


@pytest.mark.parametrize(
    ("section", "name", "parts"),
    [
        (NetworkSettings, "window", ["words seen at once, an odd number", "1 to 31"]),
        (NetworkSettings, "dropout", ["0 to below 1"]),
        (WordSettings, "min_count", ["training tokens", "at least 1"]),
        (TaskSettings, "weight", ["above 0"]),
        (TaskSettings, "objective", ["word | sentence"]),
    ],
)
def test_description_of_a_setting(section: type[Section], name: str, parts: list[str]) -> None:
    description = describe_setting(section, name)
    assert all(part in description for part in parts)


def test_init_writes_a_file_that_loads(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    assert init(path).tasks == ()
    assert load_settings(path) == Settings()


def test_init_overwrites_nothing_without_force(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputExistsError):
        init(path)
    assert path.read_text(encoding="utf-8") == "mine"
    init(path, force=True)
    assert load_settings(path) == Settings()


def test_init_needs_a_folder_to_write_into(tmp_path: Path) -> None:
    with pytest.raises(TaggerError) as caught:
        init(tmp_path / "none" / "settings.toml")
    assert str(caught.value) == f"{tmp_path}/none: expected a folder to write into, found none."


def test_tasks_from_a_prepared_folder(tmp_path: Path) -> None:
    """Spans get a sentence-level head; a column of one label, or of as many as a lexicon has, is no task."""
    folder = tmp_path / "prepared"
    folder.mkdir()
    sentences = [
        Sentence(
            ["a", "b"],
            {"pos": ["X", "Y"], "ner": ["B-Z", "O"], "lang": ["en", "en"], "lemma": [f"a{i}", f"b{i}"]},
        )
        for i in range(300)
    ]
    schemes = {"pos": "none", "ner": "IOB2", "lang": "none", "lemma": "none"}
    write_prepared(folder, {"train": sentences}, schemes, description={}, card="")
    path = tmp_path / "settings.toml"
    written = init(path, data=folder)
    assert written.tasks == ("pos", "ner")
    assert written.left_out == {"lang": "fewer than two labels", "lemma": "600 labels"}
    settings = load_settings(path)
    assert settings.data.folder == str(folder)
    assert {name: task.objective for name, task in settings.tasks.items()} == {
        "pos": "word",
        "ner": "sentence",
    }


def test_folder_that_is_not_prepared(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        init(tmp_path / "settings.toml", data=tmp_path)
    assert not (tmp_path / "settings.toml").exists()
