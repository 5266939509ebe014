"""What the file SPACE says of one setting to its choices or range, checked against the settings that it changes."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from tagger.config import Settings
from tagger.errors import SettingsError, TaggerError
from tagger.recipes.search_parameters import Choices, Parameter, Range, Values, changed, flattened, names_of

TOGETHER = "together"
"""The key of choices that set settings of several sections at once."""

_RANGE_KEYS = ("low", "high", "scale", "steps")
_MOST_CHECKED = 200  # whole numbers of a range that are tried against the settings one by one
_FIXED = {
    "training.seed": "The key seeds says how many seeds each trial gets.",
    "training.threads": "Every trial has one thread.",
    "training.score": "Different scores cannot be compared.",
    "data.sample": "The key sample of a stage says how many sentences it takes.",
}
"""Settings that a search decides itself."""


def read_parameters(
    table: Mapping[str, Any], settings: Settings, where: str
) -> Iterator[tuple[str, Parameter]]:
    """The searched settings of a stage; `[stages.space.optimizer]` and dotted keys say the same."""
    for name, value in _entries("", table):
        parameter = _choices(name, value, where) if isinstance(value, list) else _range(name, value, where)
        _check_values(name, parameter, settings, where)
        if isinstance(parameter, Range) and _takes_fractions(name, parameter, settings):
            parameter = Range(
                float(parameter.low), float(parameter.high), parameter.log, False, parameter.steps
            )
        yield name, parameter


def _entries(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Dotted names and their choices or ranges: a table with a key of ranges is one, another a section."""
    if isinstance(value, dict) and (not value or value.keys().isdisjoint(_RANGE_KEYS)):
        for key, inner in value.items():
            yield from _entries(f"{name}.{key}" if name else key, inner)
    else:
        yield name, value


def _choices(name: str, values: list[Any], where: str) -> Choices:
    if not values:
        raise SettingsError(f"{where}: {name}", "at least one value", "none")
    prefix = "" if name == TOGETHER else name
    if not prefix and not all(isinstance(value, dict) for value in values):
        raise SettingsError(f"{where}: {name}", "tables of settings", repr(values))
    options = tuple(dict(flattened(prefix, value)) for value in values)
    if any(option in options[:place] for place, option in enumerate(options)):
        raise SettingsError(f"{where}: {name}", "different values", repr(values))
    return Choices(options)


def _range(name: str, value: Any, where: str) -> Range:
    if not isinstance(value, dict):
        hint = "A value that stays the same belongs in the settings file."
        raise SettingsError(f"{where}: {name}", "a list of values or { low, high }", repr(value), hint)
    check_keys(value, _RANGE_KEYS, f"{where}: {name}")
    low, high, scale, steps = (value.get(key) for key in _RANGE_KEYS)
    for key, number in (("low", low), ("high", high)):
        if not isinstance(number, int | float) or isinstance(number, bool):
            raise SettingsError(
                f"{where}: {name}.{key}", "a number", "none" if number is None else repr(number)
            )
    assert low is not None and high is not None
    if low >= high:
        raise SettingsError(f"{where}: {name}", "a low end below the high one", f"{low} and {high}")
    if scale not in (None, "linear", "log"):
        raise SettingsError(f"{where}: {name}.scale", '"linear" or "log"', repr(scale))
    if scale == "log" and low <= 0:
        raise SettingsError(f"{where}: {name}.low", "a number above 0 on a logarithmic scale", repr(low))
    if steps is not None and not (is_whole(steps) and steps >= 2):
        raise SettingsError(f"{where}: {name}.steps", "a whole number of at least 2", repr(steps))
    whole = isinstance(low, int) and isinstance(high, int)
    return Range(low, high, scale == "log", whole, steps or 0)


def _check_values(name: str, parameter: Parameter, settings: Settings, where: str) -> None:
    """Raises TaggerError for the first value that the settings cannot take."""
    for key in sorted(names_of(name, parameter)):
        if key in _FIXED:
            raise SettingsError(
                f"{where}: {key}", "a setting that can be searched", "one that cannot", _FIXED[key]
            )
    options: list[Values]
    if isinstance(parameter, Choices):
        options = list(parameter.options)
    elif parameter.whole and parameter.high - parameter.low < _MOST_CHECKED:
        options = [{name: number} for number in range(int(parameter.low), int(parameter.high) + 1)]
    else:
        options = [{name: parameter.low}, {name: parameter.high}]
    for option in options:
        try:
            changed(settings, option)
        except SettingsError as error:
            _raise_at(where, error)


def _raise_at(where: str, error: TaggerError) -> NoReturn:
    hint = error.hint
    if error.problem.startswith("expected a list, found"):
        hint = "Each choice is a whole value: [[300], [500]] are two choices of a list."
    raise TaggerError(error.problem, where=f"{where}: {error.where}", hint=hint) from error


def _takes_fractions(name: str, parameter: Range, settings: Settings) -> bool:
    """Whether the setting takes numbers with a fraction, however the ends of its range are written."""
    try:
        changed(settings, {name: float(parameter.low)})
    except SettingsError:
        return False
    return True


def is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def check_keys(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(known)}."
            raise SettingsError(f"{where}: {key}", "a known key", "an unknown one", hint)
