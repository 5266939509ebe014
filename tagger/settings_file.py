"""A settings file (TOML) and dotted overrides to typed settings, and back.

A setting that is unknown, of the wrong type or out of range is a SettingsError with its dotted name.
"""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tagger.config import Section, Settings, TaskSettings
from tagger.errors import SettingsError


def load_settings(path: Path | None, overrides: Iterable[str] = ()) -> Settings:
    """The settings in the TOML file `path` (all defaults without one), changed by `section.key=value` overrides.

    Raises SettingsError: dotted name, what is allowed, what was found.
    """
    return parse_settings(read_values(path, overrides))


def read_values(path: Path | None, overrides: Iterable[str] = ()) -> dict[str, Any]:
    """What the TOML file `path` and the overrides state, as plain values. Raises SettingsError for what is no TOML."""
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SettingsError(str(path), "a settings file", "none", "`tagger init` writes one.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(str(path), "TOML", str(error)) from error
        except OSError as error:
            raise SettingsError(
                str(path), "a readable settings file", error.strerror or str(error)
            ) from error
    for override in overrides:
        _apply(values, override)
    return values


def parse_settings(values: Mapping[str, Any]) -> Settings:
    """Settings from nested plain values. Raises SettingsError for the first one that cannot be."""
    try:
        return Settings.model_validate(_with_tuples(dict(values)))
    except ValidationError as error:
        first = error.errors()[0]
        location = tuple(part for part in first["loc"] if part != "[key]")
        name = ".".join(str(part) for part in location)
        if first["type"] == "extra_forbidden":
            raise _unknown(location) from error
        expected = _EXPECTED.get(first["type"]) or first["msg"].replace("Input should be ", "")
        raise SettingsError(name or "settings", expected, _plain(first["input"])) from error


_EXPECTED = {
    "model_type": "a section of settings",
    "model_attributes_type": "a section of settings",
    "dict_type": "a section of settings",
    "tuple_type": "a list",
    "string_pattern_mismatch": "a name of letters, digits, _ and -",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a text in quotes",
    "too_short": "at least one value",
}
"""What is expected in words, where pydantic's own words speak of Python."""


def _with_tuples(value: Any) -> Any:
    """The value with its lists as tuples, as the settings keep them."""
    if isinstance(value, dict):
        return {key: _with_tuples(item) for key, item in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value


def _plain(value: Any) -> str:
    """The value as it would stand in the file, shortened."""
    if isinstance(value, Section):
        value = value.model_dump(exclude_defaults=True)
    text = repr(list(value)) if isinstance(value, tuple) else repr(value)
    return {"True": "true", "False": "false"}.get(text, text if len(text) <= 80 else f"{text[:77]}...")


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
    return SettingsError(
        ".".join(map(str, location)), "a known setting", "an unknown one", hint or _listing(known)
    )


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
