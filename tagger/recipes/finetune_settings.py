"""A model, new data and what the user states to the settings of a fine-tuning: the model's own, then the user's.

What the model is decides about features, sizes, and the schemes and objectives of its tasks: stating another is an
error. How it was trained holds again, except for the learning rate; for a model without tasks that have a tag column,
which learnt from raw text, the program's defaults hold instead.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagger.config import FeatureSettings, Settings
from tagger.errors import SettingsError
from tagger.recipes.finetune_beginning import trainable_part
from tagger.recipes.gold import PLACES, model_settings
from tagger.saved import SavedModel, read_model
from tagger.settings_file import parse_settings, read_values
from tagger.text.prepared import is_prepared

LEFT = ("data", "transfer", "rehearsal", "pretraining")
"""Sections of the model's settings that speak of its own training data."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a fine-tuning is asked to do."""

    model: Path  # to start from
    settings: Settings
    stated: frozenset[str] = frozenset()  # dotted names of the settings that the user chose
    learn: tuple[str, ...] = ()  # tasks to learn; none: those whose column the new data have
    old: tuple[str, ...] = ()  # data on which to show what was forgotten
    auto: bool = False  # choose layers and rate by size and coverage of the new data
    own_rate: float = 0.0  # learning rate of the model's own training
    has_tasks: bool = True  # the model, with tag columns; one that learnt from raw text has none
    left_out: tuple[str, ...] = ()  # tasks of the model without a tag column


def build_request(
    model: Path,
    data: str = "",
    *,
    overrides: Iterable[str] = (),
    maps: Sequence[str] = (),
    rehearse: Sequence[str] = (),
    old: Sequence[str] = (),
    auto: bool = False,
) -> Request:
    """The request to fine-tune the model in the folder `model` on `data`: a prepared folder or a settings file.

    overrides: section.key=value, over the file's. maps: label changes [COLUMN:]OLD=NEW of the new data.
    rehearse: old data to mix in, a prepared folder or corpus files, read as the model's own training data were.
    Raises ModelError where there is no model, SettingsError for settings that cannot be.
    """
    whole, own = read_model(model), model_settings(model)
    saved = trainable_part(whole)
    values = stated_values(data, overrides)
    if maps:
        section = values.setdefault("data", {})
        section["maps"] = [*section.get("maps", ()), *maps]
    if rehearse:
        prepared = len(rehearse) == 1 and is_prepared(rehearse[0])
        files = {**reading_of(own), "train": list(rehearse)}
        folder = {"folder": rehearse[0], "maps": reading_of(own).get("maps", [])}
        values.setdefault("rehearsal", {})["data"] = folder if prepared else files
    stated = frozenset(_names(values))
    if "transfer.model" in stated or "transfer.layers" in stated:
        hint = "It takes over all layers of its model."
        raise SettingsError("transfer", "no other model in a fine-tuning", "one", hint)
    base = _base(saved, own)
    settings = parse_settings(_merged(base, values))
    _check_fixed(settings, saved, model)
    learn = tuple(values.get("tasks", ()))
    rate = parse_settings(base).optimizer.rate
    left_out = tuple(task.name for task in whole.tasks if task not in saved.tasks)
    return Request(model, settings, stated, learn, tuple(old), auto, rate, bool(saved.tasks), left_out)


def stated_values(data: str, overrides: Iterable[str]) -> dict[str, Any]:
    """What the user states: a settings file or the prepared folder `data`, then the overrides."""
    path = Path(data)
    if not data or path.is_dir():
        values = read_values(None, overrides)
        if data:
            values.setdefault("data", {}).setdefault("folder", data)
        return values
    if path.suffix != ".toml":
        hint = "`tagger prep` makes a folder of corpus files; a settings file can name them too."
        raise SettingsError("--data", "a prepared folder or a settings file (.toml)", data, hint)
    return read_values(path, overrides)


def reading_of(own: Mapping[str, Any]) -> dict[str, Any]:
    """How the model's own training data were read, without where they lie."""
    places = (*PLACES, "sample")
    return {key: value for key, value in own.get("data", {}).items() if key not in places}


def _base(saved: SavedModel, own: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the model brings along."""
    kept = {key: value for key, value in own.items() if key not in (*LEFT, "tasks")} if saved.tasks else {}
    values = _merged(kept, _sizes(saved))
    tasks = own.get("tasks", {})
    values["tasks"] = {
        task.name: {key: value for key, value in tasks.get(task.name, {}).items() if key != "data"}
        | {"column": task.column, "objective": task.objective, "scheme": task.scheme}
        | ({"label": task.labels[0]} if task.is_scorer else {})
        for task in saved.tasks
    }
    values.get("training", {}).pop("score", None)  # it may be that of a task that the new data do not teach
    word = values["features"]["word"]
    word["vectors"], word["preprocessing"] = "", "none"  # its vectors are in its table
    for table in values["features"].get("static", {}).values():
        table["vectors"] = ""
    values["features"].get("gazetteers", {})["lists"] = {}  # they are in the model
    values["features"].get("memory", {})["task"] = ""  # what is remembered is in the model too
    return values


def _sizes(saved: SavedModel) -> dict[str, Any]:
    """The settings that the model's own description decides."""
    network = saved.network
    sizes: dict[str, Any] = {
        "window": network.window,
        "hidden": list(network.hidden),
        "activation": network.activation,
        "leak": network.leak,
        "pieces": network.pieces,
        "batch_norm": network.batch_norm,
    }
    off: dict[str, dict[str, Any]] = {
        "caps": {"dim": 0},
        "prefix": {"lengths": []},
        "suffix": {"lengths": []},
        "shape": {"dim": 0},
        "characters": {"filters": 0},
        "static": {},
    }
    features: dict[str, dict[str, Any]] = {**off, "word": {}}
    for feature in saved.features.features:
        if feature.kind == "list":
            lists = saved.features.gazetteers
            features["gazetteers"] = {"dim": feature.dim, "lowercase": lists is None or lists.lowercase}
            continue
        if feature.kind == "memory":
            features["memory"] = {"dim": feature.dim}
            continue
        section = features[feature.kind]
        if feature.kind == "static":
            section = section.setdefault(feature.source, {})
        section["dim"] = feature.dim
        if feature.kind in ("prefix", "suffix"):
            section["lengths"] = [*section["lengths"], feature.length]
        if feature.kind in ("prefix", "suffix", "word", "static"):
            section["lowercase"] = feature.lowercase
        if feature.kind in ("word", "static"):
            section["fold_digits"] = feature.fold_digits
    letters = saved.features.characters
    if letters:
        features["characters"] = {name: getattr(letters, name) for name in type(letters).__slots__}
    return {"network": sizes, "features": features}


def _check_fixed(settings: Settings, saved: SavedModel, model: Path) -> None:
    """Raise SettingsError for a setting that is not the model's and has to be."""
    fixed = dict(_leaves(_sizes(saved)))
    for task in saved.tasks:
        kind = {"scheme": task.scheme, "objective": task.objective}
        kind |= {"label": task.labels[0]} if task.is_scorer else {}
        fixed |= {f"tasks.{task.name}.{key}": value for key, value in kind.items()}
    for name, value in fixed.items():
        found: Any = settings
        for part in name.split("."):
            found = found[part] if isinstance(found, dict) else getattr(found, part)
        found = list(found) if isinstance(found, tuple) else found
        if found != value and not (name.endswith(".scheme") and found == "auto"):
            hint = (
                "A fine-tuning keeps the features and sizes of its model, and the kind of each of its tasks."
            )
            raise SettingsError(name, f"{value!r} as in {model}", repr(found), hint)
    _check_given(settings.features, list(_sizes(saved)["features"]["static"]), model)


def _check_given(features: FeatureSettings, tables: Sequence[str], model: Path) -> None:
    """Raise SettingsError for lists of names and static vectors: those of the model, with these `tables`, stay."""
    hint = "A fine-tuning keeps the lists of names and the static vectors of its model."
    if features.gazetteers.lists:
        raise SettingsError("features.gazetteers.lists", "none", ", ".join(features.gazetteers.lists), hint)
    for name, table in features.static.items():
        if name not in tables:
            raise SettingsError("features.static", f"the tables of {model}", repr(name), hint)
        if table.vectors:
            raise SettingsError(f"features.static.{name}.vectors", "none", repr(table.vectors), hint)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `base` with those of `over` in their place, section by section."""
    result = {key: _merged(value, {}) if isinstance(value, Mapping) else value for key, value in base.items()}
    for key, value in over.items():
        old = result.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            result[key] = _merged(old, value)
        else:
            result[key] = value
    return result


def _leaves(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every value with its dotted name."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _names(values: Mapping[str, Any]) -> Iterator[str]:
    """The dotted names of all values, and of the sections that they stand in."""
    for name, _ in _leaves(values):
        parts = name.split(".")
        yield from (".".join(parts[: n + 1]) for n in range(len(parts)))
