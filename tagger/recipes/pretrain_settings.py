"""Settings of a pretraining: what `tagger pretrain` starts from, and what it cannot do."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tagger.config import Section, Settings
from tagger.errors import ModelError, SettingsError
from tagger.recipes.train import resume_settings
from tagger.settings_file import parse_settings, read_values
from tagger.text.text_sources import STDIN
from tagger.training.replaced_centre import DERIVATIVES

BASE: dict[str, Any] = {
    "features": {
        "word": {"dim": 100, "unknown_rate": 0.0},
        "caps": {"dim": 0},
        "prefix": {"lengths": []},
        "suffix": {"lengths": []},
        "shape": {"dim": 0},
        "characters": {"filters": 0},
    },
    "network": {"window": 9, "input_dropout": 0.0, "dropout": 0.0},
    "optimizer": {"name": "adagrad", "rate": 0.15, "sparse_rows": 1},
    "schedule": {"name": "constant"},
    "training": {"averaging": 0.0, "patience": 0, "watched_words": 0},
    "transfer": {"rates": {"trunk": 0.2, "heads": 0.2}},
}
"""Where a pretraining departs from the defaults of `tagger train`; the README says how these were chosen."""


WHOLE = ("rates", "thaw")
"""Settings that are tables themselves: stated, they replace the whole table."""


def pretraining_settings(
    path: Path | None = None, overrides: Iterable[str] = (), values: Mapping[str, Any] = MappingProxyType({})
) -> Settings:
    """The settings of the file, the overrides and `values` (dotted name -> value) over BASE, the last of these first.

    Raises SettingsError for what pretraining cannot do.
    """
    settings = parse_settings(_set(_over(BASE, read_values(path, overrides)), values))
    check_pretraining(settings)
    return settings


UNUSED = {
    "data": "The text is pretraining.text.",
    "augmentation": "",
    "rehearsal": "`tagger finetune` rehearses.",
    "training.epochs": "Times through the text: pretraining.epochs.",
    "training.batch_words": "Windows a step: pretraining.batch_windows.",
    "training.score": "",
    "training.bfloat16": "",
    "features.word.min_count": "Words with a row: pretraining.min_count.",
}
"""Settings that would have no effect, and what to do instead."""

FURTHER = {
    "features.caps.dim": "features.caps.dim=0",
    "features.prefix.lengths": "'features.prefix.lengths=[]'",
    "features.suffix.lengths": "'features.suffix.lengths=[]'",
    "features.shape.dim": "features.shape.dim=0",
    "features.characters.filters": "features.characters.filters=0",
    "features.static": "'features.static={}'",
    "features.gazetteers.lists": "'features.gazetteers.lists={}'",
}
"""Settings of features beside the word, and what switches each off."""


def resumed_settings(folder: Path, values: Mapping[str, Any]) -> Settings:
    """The settings of the run in `folder`, with another time budget or other epochs where `values` hold them.

    Raises ModelError where no pretraining can be resumed there.
    """
    settings = resume_settings(folder)
    if not settings.pretraining.text:
        raise ModelError(
            "expected a run of `tagger pretrain`, found another",
            where=str(folder),
            hint="`tagger train --resume` goes on with a training.",
        )
    if STDIN in settings.pretraining.text and not settings.pretraining.column:
        raise ModelError(
            "expected a run of text that can be read again, found one of standard input",
            where=str(folder),
            hint="It cannot be resumed; `--start` with this folder begins another run from its words and layers.",
        )
    return parse_settings(_set(settings.model_dump(), values))


def check_pretraining(settings: Settings) -> None:
    """Raise SettingsError for features, layers and other settings that a scorer of raw text has no use for."""
    features, network = settings.features, settings.network
    known = ", ".join(DERIVATIVES)
    for name, hint in UNUSED.items():
        own, usual = _value(settings, name), _value(Settings(), name)
        if own != usual:
            found = _changes(own, usual) if isinstance(own, Section) else str(own)
            raise SettingsError(name, "its default: pretraining has no use for it", found, hint)
    further = [name for name in FURTHER if _value(settings, name)]
    if further:
        found = ", ".join(f"{name} = {_plain(_value(settings, name))}" for name in further)
        hint = f"Switch them off: {' '.join(f'--set {FURTHER[name]}' for name in further)}."
        raise SettingsError("features", "the word alone (pretraining)", found, hint)
    for holds, name, expected, found in (
        (len(network.hidden) == 1, "network.hidden", "one hidden layer", str(list(network.hidden))),
        (network.activation in DERIVATIVES, "network.activation", f"one of {known}", network.activation),
        (not network.batch_norm, "network.batch_norm", "false", "true"),
        (
            not (network.dropout or network.input_dropout or features.word.unknown_rate),
            "network.dropout",
            "no dropout and no hidden words (features.word.unknown_rate)",
            "some",
        ),
        (settings.training.device != "mps", "training.device", '"cpu", "cuda" or "auto"', "'mps'"),
        (not settings.tasks, "tasks", "none: the text is the task", ", ".join(settings.tasks)),
        (not settings.transfer.model, "transfer.model", '""', repr(settings.transfer.model)),
    ):
        if not holds:
            raise SettingsError(
                name, f"{expected} (pretraining)", found, "Train on labels with `tagger train`."
            )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | dict) else value


def _changes(own: Section, usual: Section) -> str:
    """The settings of a section that are not as `usual`."""
    pairs = [
        (name, getattr(own, name))
        for name in type(own).model_fields
        if getattr(own, name) != getattr(usual, name)
    ]
    return ", ".join(f"{name} = {_plain(value)!r}" for name, value in pairs)


def _set(tables: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """`tables` with each dotted name set to its value."""
    for name, value in values.items():
        *sections, key = name.split(".")
        change: dict[str, Any] = {key: value}
        for section in reversed(sections):
            change = {section: change}
        tables = _over(tables, change)
    return tables


def _value(settings: Settings, name: str) -> Any:
    """The setting of that dotted name."""
    value: Any = settings
    for key in name.split("."):
        value = getattr(value, key)
    return value


def _over(base: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """`values` laid over `base`, table by table."""
    joined = dict(base)
    for key, value in values.items():
        below = joined.get(key)
        if isinstance(below, dict) and isinstance(value, dict) and key not in WHOLE:
            joined[key] = _over(below, value)
        else:
            joined[key] = value
    return joined
