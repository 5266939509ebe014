"""Settings of a training that takes layers of another model: sizes that nobody stated are those of that model."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tagger.config import Settings
from tagger.network.layers import group_of
from tagger.saved import SavedModel, read_model
from tagger.settings_file import parse_settings, read_values


def load_training_settings(
    path: Path | None, overrides: Iterable[str] = (), *, note: Callable[[str], None] = lambda text: None
) -> Settings:
    """The settings of the file and the overrides, as `load_settings` reads them, for `tagger.recipes.train.train`.

    With `transfer.model`, sizes that neither states and that the layers taken need (`features.word.dim`,
    `network.hidden` and `network.activation`, ...) are those of that model; `note` hears which. Stated ones stay: where
    they do not fit, the training says so. Raises SettingsError, and ModelError where the model cannot be read.
    """
    values = read_values(path, overrides)
    settings = parse_settings(values)
    if not settings.transfer.model:
        return settings
    model = settings.transfer.model
    needed = dict(needed_sizes(settings, read_model(Path(model))))
    taken = {name: value for name, value in needed.items() if not _stated(values, name)}
    changed = {name: value for name, value in taken.items() if _value_of(settings, name) != value}
    if not changed:
        return settings
    for name, value in changed.items():
        *sections, key = name.split(".")
        table = values
        for section in sections:
            table = table.setdefault(section, {})
        table[key] = value
    note(f"{', '.join(f'{name} = {_shown(value)}' for name, value in changed.items())}, as {model}")
    return parse_settings(values)


def needed_sizes(settings: Settings, source: SavedModel) -> Iterator[tuple[str, Any]]:
    """The dotted names of the settings that the layers taken from `source` decide, with their values there.

    Layers that the settings turn off, or that `source` has not, decide nothing.
    """
    layers, own = set(settings.transfer.layers), settings.features
    on = {"word": (0,), "caps": (0,) if own.caps.dim else (), "shape": (0,) if own.shape.dim else (),
          "prefix": own.prefix.lengths, "suffix": own.suffix.lengths}  # fmt: skip
    for feature in source.features.features:
        if _named(f"lookup.{feature.name}", layers) and feature.length in on.get(feature.kind, ()):
            yield f"features.{feature.kind}.dim", feature.dim
    letters = source.features.characters
    if letters and own.characters.filters and _named("lookup.characters", layers):
        for part in ("dim", "filters", "width"):
            yield f"features.characters.{part}", getattr(letters, part)
    network = source.network
    last = max((n for n in range(len(network.hidden)) if _named(f"trunk.{n}", layers)), default=-1)
    if last >= 0:
        yield "network.hidden", list(network.hidden[: last + 1])
        yield "network.activation", network.activation
        if network.activation == "leaky_relu":
            yield "network.leak", network.leak
        if network.activation == "maxout":
            yield "network.pieces", network.pieces
        yield "network.batch_norm", network.batch_norm


def _named(layer: str, layers: Collection[str]) -> bool:
    return layer in layers or group_of(layer) in layers


def _stated(values: Mapping[str, Any], name: str) -> bool:
    section: Any = values
    for part in name.split("."):
        if not isinstance(section, Mapping) or part not in section:
            return False
        section = section[part]
    return True


def _value_of(settings: Settings, name: str) -> Any:
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return list(value) if isinstance(value, tuple) else value


def _shown(value: Any) -> str:
    """The value as TOML has it."""
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f'"{value}"'
        if isinstance(value, str)
        else str(value)
    )
