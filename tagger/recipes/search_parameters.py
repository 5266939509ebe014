"""A searched setting: the values it may take, as a list of choices or a range, and settings changed by such values."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tagger.config import Settings
from tagger.errors import SettingsError
from tagger.settings_file import parse_settings

Values = dict[str, Any]
"""Dotted names of settings and a value of each, as plain TOML values."""


@dataclass(frozen=True, slots=True)
class Choices:
    """A list of values; each may set several settings, which then move together."""

    options: tuple[Values, ...]

    def points(self, name: str) -> list[Values]:
        """What a grid tries: every option."""
        return list(self.options)


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included; on a logarithmic scale if `log`, whole ones if `whole`."""

    low: float
    high: float
    log: bool = False
    whole: bool = False
    steps: int = 0  # points of a grid

    def points(self, name: str) -> list[Values]:
        """What a grid tries: `steps` values (3 by default) at equal distances on the scale, ends included."""
        low, high, steps = self._scaled(self.low), self._scaled(self.high), self.steps or 3
        places = [low + (high - low) * place / (steps - 1) for place in range(steps)]
        values = [self._unscaled(place) for place in places]
        values[0], values[-1] = self._number(self.low), self._number(self.high)
        return [{name: value} for value in dict.fromkeys(values)]

    def narrowed(self, centre: float, share: float) -> "Range":
        """The part of the range round `centre` that is `share` as wide on the scale, cut off at the old ends."""
        reach = share * (self._scaled(self.high) - self._scaled(self.low)) / 2
        low = self._unscaled(self._scaled(centre) - reach)
        high = self._unscaled(self._scaled(centre) + reach)
        return replace(self, low=max(low, self.low), high=min(high, self.high))

    def at_edge(self, value: float) -> bool:
        """Whether `value` lies within a twentieth of the range from one of its ends."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        return not 0.05 < (self._scaled(value) - low) / max(high - low, 1e-12) < 0.95

    def _scaled(self, value: float) -> float:
        return math.log(value) if self.log else value

    def _unscaled(self, place: float) -> float:
        value = math.exp(place) if self.log else place
        return self._number(round(value) if self.whole else float(f"{value:.6g}"))

    def _number(self, value: float) -> float:
        return int(value) if self.whole else float(value)


Parameter = Choices | Range


def names_of(name: str, parameter: Parameter) -> set[str]:
    """The settings that the parameter decides."""
    return {name} if isinstance(parameter, Range) else {key for option in parameter.options for key in option}


def flattened(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Dotted names and values of what lies in nested tables; a value that is no table as it is."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flattened(f"{name}.{key}" if name else key, inner)
    else:
        yield name, value


def changed(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """The settings with `values` in place of their own. Raises SettingsError for what cannot be."""
    plain = settings.model_dump(mode="json", exclude_none=True)
    for name, value in values.items():
        _check_task(settings, name)
        *sections, key = name.split(".")
        table = plain
        for section in sections:
            table = table.setdefault(section, {})
            if not isinstance(table, dict):
                raise SettingsError(name, f"a section named {section}", "a value of that name")
        table[key] = value
    return parse_settings(plain)


def value_of(settings: Settings, name: str) -> Any:
    """The setting's plain value; None where the settings have no such section."""
    value: Any = settings.model_dump(mode="json", exclude_none=True)
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _check_task(settings: Settings, name: str) -> None:
    """A task that the settings file leaves out cannot be searched: naming it would leave out all others."""
    section, _, rest = name.partition(".")
    task = rest.partition(".")[0]
    if section == "tasks" and rest and task not in settings.tasks:
        known = ", ".join(settings.tasks) or "none"
        hint = f"Name it in the settings file: [tasks.{task}]"
        raise SettingsError(name, f"a task of the settings file ({known})", repr(task), hint)
