"""The file SPACE of a search (TOML) to its checked stages: which settings are tried, how, on how much data."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tagger.config import Settings
from tagger.errors import SettingsError
from tagger.recipes.search_parameters import Parameter, Range, names_of
from tagger.recipes.search_reading import check_keys, is_whole, read_parameters

METHODS = ("random", "grid", "tpe")
_LEAST = {"trials": 1, "seeds": 1, "halving": 0, "keep": 1, "sample": 0, "epochs": 1}
"""Whole numbers of a stage, and the least that each may be."""

_STAGE_KEYS = ("method", *_LEAST, "refine", "space")


@dataclass(frozen=True, slots=True)
class Stage:
    """One round of trials on equal terms."""

    method: str = "random"  # random, grid or tpe
    trials: int = 10  # settings to try (random, tpe); a grid has as many as it has points
    seeds: int = 1  # trainings of each trial, with seeds that follow training.seed
    halving: int = (
        0  # after each rung only one in so many trials goes on, with so many times the epochs; 0: all
    )
    keep: int = 1  # settings of the stage before to start from, the best ones
    sample: int | None = None  # training sentences of each corpus; 0: all; None: as the settings say
    epochs: int | None = None  # at most; None: as the settings say
    refine: float = (
        0.0  # share of the ranges searched before to look at again, round the best values; 0: none
    )
    space: dict[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Space:
    """A whole search: its stages, the seed of its draws, and the text that it was read from."""

    stages: tuple[Stage, ...]
    seed: int
    text: str


def read_space(path: Path, settings: Settings) -> Space:
    """The search that the file describes, checked against the settings that it changes. Raises TaggerError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SettingsError(str(path), "a file that describes a search", "none") from error
    except UnicodeDecodeError as error:
        raise SettingsError(str(path), "TOML", str(error)) from error
    except OSError as error:
        raise SettingsError(str(path), "a readable text file", error.strerror or str(error)) from error
    return parse_space(text, settings, where=str(path))


def parse_space(text: str, settings: Settings, *, where: str = "space") -> Space:
    """The search that the TOML `text` describes; `where` begins each error's text. Raises TaggerError."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(where, "TOML", str(error)) from error
    stages = values.pop("stages", None)
    seed = values.pop("seed", 1)
    if not is_whole(seed) or seed < 0:
        raise SettingsError(f"{where}: seed", "a whole number of at least 0", repr(seed))
    check_keys(values, (*_STAGE_KEYS, "seed", "stages"), where)
    if stages is None:
        stages = [{}]
    elif not isinstance(stages, list) or not stages or not all(isinstance(stage, dict) for stage in stages):
        raise SettingsError(f"{where}: stages", "tables [[stages]]", repr(stages))
    elif "space" in values:
        raise SettingsError(f"{where}: space", "either space or stages", "both")
    read = []
    for number, stage in enumerate(stages, start=1):
        place = f"{where}, stage {number}" if len(stages) > 1 else where
        check_keys(stage, _STAGE_KEYS, place)
        read.append(_stage({**values, **stage}, settings, place, first=number == 1))
    return Space(tuple(read), seed, text)


def _stage(values: Mapping[str, Any], settings: Settings, where: str, *, first: bool) -> Stage:
    method, refine = values.get("method", "random"), values.get("refine", 0.0)
    if method not in METHODS:
        raise SettingsError(f"{where}: method", f"one of {', '.join(METHODS)}", repr(method))
    for key, least in _LEAST.items():
        if key in values and not (is_whole(values[key]) and values[key] >= least):
            expected = f"a whole number of at least {least}"
            raise SettingsError(f"{where}: {key}", expected, repr(values[key]))
    if not isinstance(refine, int | float) or not 0 <= refine < 1:
        raise SettingsError(f"{where}: refine", "a share from 0 to below 1", repr(refine))
    space = values.get("space", {})
    if not isinstance(space, dict):
        raise SettingsError(f"{where}: space", "a table of settings", repr(space))
    if first and (not space or refine):
        found = "refine" if refine else "none"
        raise SettingsError(f"{where}: space", "settings to search in the first stage", found)
    stage = Stage(
        method=method,
        refine=float(refine),
        space=dict(read_parameters(space, settings, where)),
        **{key: values[key] for key in _LEAST if key in values},
    )
    _check_stage(stage, where)
    return stage


def _check_stage(stage: Stage, where: str) -> None:
    """What fits each by itself but not together."""
    if stage.halving == 1:
        raise SettingsError(f"{where}: halving", "0 or at least 2", "1")
    if stage.halving and stage.method == "tpe":
        hint = "tpe learns from trials of equal length; halve with random or grid."
        raise SettingsError(f"{where}: halving", '0 with method = "tpe"', str(stage.halving), hint)
    seen: dict[str, str] = {}
    for key, parameter in stage.space.items():
        for name in sorted(names_of(key, parameter)):
            if name in seen:
                raise SettingsError(
                    f"{where}: {name}", "a setting searched once", f"it in {seen[name]} and {key}"
                )
            seen[name] = key
        if isinstance(parameter, Range) and stage.method == "grid" and not parameter.steps:
            hint = "A grid takes so many values of the range."
            raise SettingsError(f"{where}: {key}.steps", "a whole number of at least 2", "none", hint)
    if "training.epochs" in seen and (stage.epochs or stage.halving):
        found = "halving, which sets them" if stage.halving else f"epochs = {stage.epochs} in the stage"
        raise SettingsError(f"{where}: training.epochs", "epochs that the stage leaves open", found)


def planned_trials(space: Space) -> list[int]:
    """How many trials each stage has at most."""
    counts, ranges = [], dict[str, Range]()
    for number, stage in enumerate(space.stages, start=1):
        own = {**(ranges if stage.refine else {}), **stage.space}
        starts = stage.keep if number > 1 else 0
        drawn = stage.trials if own else 0
        if own and stage.method == "grid":
            drawn = math.prod(len(known.points(name)) for name, known in own.items()) * max(starts, 1)
        counts.append(drawn + starts)
        ranges = known_ranges(ranges, stage)
    return counts


def known_ranges(ranges: dict[str, Range], stage: Stage) -> dict[str, Range]:
    """The ranges searched up to a stage; a setting with choices since then has none."""
    decided = {name for key, parameter in stage.space.items() for name in names_of(key, parameter)}
    new = {name: parameter for name, parameter in stage.space.items() if isinstance(parameter, Range)}
    return {name: known for name, known in ranges.items() if name not in decided} | new
