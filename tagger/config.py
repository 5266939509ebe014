"""The settings of a run: frozen typed sections read from TOML, with dotted overrides.

A setting that is unknown, of the wrong type or out of range is a SettingsError with its dotted name, before any work starts.
"""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tagger.errors import SettingsError

Scheme = Literal["auto", "none", "IOB1", "IOB2", "IOBES"]
Objective = Literal["word", "sentence"]
Activation = Literal["sigmoid", "tanh", "hard_tanh", "soft_sign", "relu"]
Initialiser = Literal["glorot", "fan_in_uniform"]


class Section(BaseModel):
    """A table of the settings file: no unknown keys, no change after construction."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class DataSettings(Section):
    """Where sentences come from: a folder that `tagger prep` wrote, or corpus files read as they are."""

    folder: str = ""  # prepared folder; excludes the file lists below
    train: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    join_train: tuple[str, ...] = ()  # files with more tag columns on the same tokens
    join_dev: tuple[str, ...] = ()
    format: Literal["auto", "columns", "conllu", "iob2", "jsonl", "dataset"] = "auto"
    columns: tuple[str, ...] = ()  # names of a column file's columns, one of them "word"
    maps: tuple[str, ...] = ()  # [COLUMN:]OLD=NEW
    wide_rows: Literal["error", "join"] = "error"

    @model_validator(mode="after")
    def _one_origin(self) -> "DataSettings":
        if self.folder and (self.train or self.dev):
            raise ValueError("either a prepared folder or files, not both")
        return self


class WordSettings(Section):
    """The word itself, as a row of the word table."""

    dim: int = Field(default=64, ge=1, le=4096)
    min_count: int = Field(default=2, ge=1)  # training tokens for a row of its own; the others share the unknown row
    lowercase: bool = True
    fold_digits: bool = True
    vectors: str = ""  # word2vec or GloVe text file (.gz, .bz2, .xz too) of `dim` columns to start from
    max_vectors: int = Field(default=200_000, ge=0)  # words taken from the file beyond those of the training data


class CapsSettings(Section):
    """Which letters of the form are capitals. dim 0: off."""

    dim: int = Field(default=5, ge=0, le=4096)


class AffixSettings(Section):
    """First or last characters of the form. No lengths: off."""

    lengths: tuple[int, ...] = ()
    dim: int = Field(default=16, ge=1, le=4096)
    min_count: int = Field(default=3, ge=1)
    lowercase: bool = True


class ShapeSettings(Section):
    """The form's pattern of capitals, small letters, digits. dim 0: off."""

    dim: int = Field(default=16, ge=0, le=4096)
    min_count: int = Field(default=3, ge=1)


class CharacterSettings(Section):
    """Convolution over the form's characters. filters 0: off."""

    dim: int = Field(default=16, ge=1, le=4096)
    filters: int = Field(default=0, ge=0, le=4096)
    width: int = Field(default=3, ge=1, le=15)  # characters
    max_length: int = Field(default=20, ge=2, le=1000)  # characters


class FeatureSettings(Section):
    """What the network sees of a form."""

    word: WordSettings = WordSettings()
    caps: CapsSettings = CapsSettings()
    prefix: AffixSettings = AffixSettings()
    suffix: AffixSettings = AffixSettings()
    shape: ShapeSettings = ShapeSettings()
    characters: CharacterSettings = CharacterSettings()


class NetworkSettings(Section):
    """The shared layers."""

    window: int = Field(default=5, ge=1, le=31)  # words seen at once, odd
    hidden: tuple[int, ...] = (300,)  # units of each hidden layer
    activation: Activation = "hard_tanh"
    initialiser: Initialiser = "glorot"
    input_dropout: float = Field(default=0.0, ge=0.0, lt=1.0)  # share of the components of a form's vectors
    dropout: float = Field(default=0.0, ge=0.0, lt=1.0)  # share of the units of each hidden layer

    @model_validator(mode="after")
    def _sizes(self) -> "NetworkSettings":
        if self.window % 2 == 0:
            raise ValueError("window: an odd number of words, so that one stands in the centre")
        if not self.hidden or min(self.hidden) < 1:
            raise ValueError("hidden: at least one layer of at least one unit")
        return self


class TaskSettings(Section):
    """One head."""

    column: str = ""  # tag column; default: the task's name
    scheme: Scheme = "auto"  # scheme that the head predicts; auto: IOBES for spans, none for plain tags
    objective: Objective = "word"
    weight: float = Field(default=1.0, gt=0.0)  # factor of the task's loss in the sum
    data: DataSettings | None = None  # its own corpus, if not the shared one


class OptimizerSettings(Section):
    """How gradients become steps."""

    name: Literal["adam", "sgd"] = "adam"
    rate: float = Field(default=0.001, gt=0.0)  # learning rate
    clip: float = Field(default=0.0, ge=0.0)  # largest norm of the whole gradient; 0: none


class ScheduleSettings(Section):
    """How the learning rate changes with the epochs."""

    name: Literal["constant", "linear", "inverse"] = "constant"
    tau: float = Field(default=5.0, gt=0.0)  # epochs at full rate (inverse: a0 * tau / max(t, tau))
    final: float = Field(default=0.0, ge=0.0, le=1.0)  # last rate as a share of the first (linear)


class TrainingSettings(Section):
    """The loop."""

    epochs: int = Field(default=20, ge=1)
    batch_words: int = Field(default=1000, ge=1)  # words a batch; a longer sentence is a batch of its own
    patience: int = Field(default=5, ge=0)  # epochs without a better development score before stopping; 0: never stop early
    score: str = "mean"  # development score that decides: "mean" of all tasks, or "TASK.f1", "TASK.accuracy"
    averaging: float = Field(default=0.0, ge=0.0, lt=1.0)  # decay a step of the moving average of weights; 0: off
    seed: int = Field(default=1, ge=0)
    threads: int = Field(default=2, ge=1)
    device: Literal["auto", "cpu", "cuda", "mps"] = "cpu"


class Settings(Section):
    """All settings of one training run."""

    data: DataSettings = DataSettings()
    features: FeatureSettings = FeatureSettings()
    network: NetworkSettings = NetworkSettings()
    tasks: dict[str, TaskSettings] = Field(default_factory=dict)
    optimizer: OptimizerSettings = OptimizerSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    training: TrainingSettings = TrainingSettings()


def load_settings(path: Path | None, overrides: Iterable[str] = ()) -> Settings:
    """The settings in the TOML file `path` (all defaults without one), changed by `section.key=value` overrides.

    Raises SettingsError: dotted name, what is allowed, what was found.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SettingsError(str(path), "a settings file", "none", "`tagger init` writes one.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(str(path), "TOML", str(error)) from error
        except OSError as error:
            raise SettingsError(str(path), "a readable settings file", error.strerror or str(error)) from error
    for override in overrides:
        _apply(values, override)
    return parse_settings(values)


def parse_settings(values: Mapping[str, Any]) -> Settings:
    """Settings from nested plain values. Raises SettingsError for the first one that cannot be."""
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise _unknown(first["loc"]) from error
        expected = first["msg"].removeprefix("Value error, ").replace("Input should be ", "")
        raise SettingsError(name or "settings", expected, repr(first["input"])[:80]) from error


def dump_settings(settings: Settings) -> str:
    """The settings as TOML, every value written out; `load_settings` reads the same settings back."""
    import tomli_w

    return tomli_w.dumps(settings.model_dump(mode="json", exclude_none=True))


def _apply(values: dict[str, Any], override: str) -> None:
    name, separator, text = override.partition("=")
    if not separator or not name.strip():
        raise SettingsError("--set", "section.key=value", repr(override))
    *sections, key = (part.strip() for part in name.split("."))
    table = values
    for section in sections:
        table = table.setdefault(section, {})
        if not isinstance(table, dict):
            raise SettingsError(name.strip(), f"a section named {section}", "a value of that name")
    try:
        table[key] = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        table[key] = text.strip()  # a bare word is a string


def _unknown(location: tuple[int | str, ...]) -> SettingsError:
    known = list(_keys_of(location[:-1]))
    key = str(location[-1])
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"Did you mean {close[0]}?" if close else ""
    return SettingsError(".".join(map(str, location)), "a known setting", "an unknown one", hint or _listing(known))


def _listing(known: list[str]) -> str:
    return f"Known here: {', '.join(known)}." if known else ""


def _keys_of(location: Iterable[int | str]) -> Iterator[str]:
    """The keys allowed in the section at `location`; the free names of tasks are passed over."""
    section: Any = Settings  # a Section type, "tasks" between its names, or None where nothing is known
    for part in location:
        if section is None:
            return
        field = section.model_fields.get(part) if _is_section(section) else None
        if field is None:
            section = TaskSettings if isinstance(section, str) else None
            continue
        section = "tasks" if part == "tasks" else _section_type(field.annotation)
    if _is_section(section):
        yield from section.model_fields


def _section_type(annotation: Any) -> Any:
    """The Section behind a field's annotation, `X | None` included."""
    return next(filter(_is_section, getattr(annotation, "__args__", (annotation,))), None)


def _is_section(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Section)
