"""A prepared folder, or nothing, to a commented settings file: every setting with its default and range."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from tagger import config
from tagger.config import Section, Settings
from tagger.settings_file import dump_settings, parse_settings
from tagger.whole_files import check_new_file, write_file

MOST_LABELS = 500
"""A column with more distinct tags (lemmas, morphology spelt out) is not proposed as a task."""

COMMENT_COLUMN = 34

_HEAD = """\
# Settings of a training run: tagger train {name}
# Every setting is here with its default. What you leave out keeps it; --set section.key=value overrides.
"""
_EXAMPLE = """\
# One section a task; `tagger init --data FOLDER` fills them in from a prepared folder. For example:
#
# [tasks.ner]
# column = "ner"
# objective = "sentence"
#
# [tasks.pos]
# objective = "word"
"""


@dataclass(frozen=True, slots=True)
class WrittenSettings:
    """What `init` wrote: the file, the tasks it proposes, and the columns it left out with the reason."""

    path: Path
    tasks: tuple[str, ...]
    left_out: dict[str, str] = field(default_factory=dict)


def init(path: Path, *, data: Path | None = None, force: bool = False) -> WrittenSettings:
    """Write a commented settings file to `path`, with the tasks of the prepared folder `data` if given.

    Raises TaggerError: OutputExistsError if `path` exists and `force` is not set, or where its folder does not exist.
    """
    check_new_file(path, force=force)
    tasks, left_out = _propose(data) if data else ({}, {})
    settings = parse_settings({"data": {"folder": str(data or "")}, "tasks": tasks})
    write_file(path, settings_template(settings, name=path.name))
    return WrittenSettings(path, tuple(tasks), left_out)


def settings_template(settings: Settings, *, name: str = "settings.toml") -> str:
    """`settings` as TOML in which sections and keys carry comments; `load_settings` reads it back."""
    lines = [_HEAD.format(name=name)]
    section: type[Section] = Settings
    for line in _joined_arrays(dump_settings(settings)):
        if line == "[tasks]":
            lines.append(_EXAMPLE.rstrip("\n"))
        elif line.startswith("["):
            location = line.strip("[]").split(".")
            section = _section_at(location)
            lines.append(f"# {(inspect.getdoc(section) or '').splitlines()[0]}\n{line}")
        elif line:
            comment = describe_setting(section, line.partition(" = ")[0])
            lines.append(f"{line:<{COMMENT_COLUMN}}# {comment}" if comment else line)
        elif lines[-1]:
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def describe_setting(section: type[Section], name: str) -> str:
    """What the setting means and what it may be: its description, its choices, its range."""
    known = section.model_fields[name]
    return "; ".join(
        part
        for part in (known.description or "", _choices(known.annotation), _limits(known.metadata))
        if part
    )


def _section_at(location: list[str]) -> type[Section]:
    section: type[Section] = Settings
    for part in location:
        if part in section.model_fields:
            annotation: Any = section.model_fields[part].annotation
        else:
            annotation = config.TaskSettings  # the free name of a task
        options = [annotation, *get_args(annotation)]
        section = next((o for o in options if isinstance(o, type) and issubclass(o, Section)), section)
    return section


def _choices(annotation: Any) -> str:
    return " | ".join(get_args(annotation)) if get_origin(annotation) is Literal else ""


def _limits(metadata: list[Any]) -> str:
    bounds = {
        name: getattr(item, name)
        for item in metadata
        for name in ("ge", "gt", "le", "lt")
        if hasattr(item, name)
    }
    low = f"{bounds['ge']:g}" if "ge" in bounds else f"above {bounds['gt']:g}" if "gt" in bounds else ""
    high = f"{bounds['le']:g}" if "le" in bounds else f"below {bounds['lt']:g}" if "lt" in bounds else ""
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if "ge" in bounds else low or high


def _joined_arrays(toml: str) -> Iterator[str]:
    """The lines of `toml` with each array on one line."""
    items: list[str] | None = None
    for line in toml.splitlines():
        if items is not None and line == "]":
            yield " ".join(items).replace("[ ", "[").rstrip(",") + "]"
            items = None
        elif items is not None:
            items.append(line.strip())
        elif line.endswith("= ["):
            items = [line]
        else:
            yield line


def _propose(folder: Path) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """A task for each tag column of the prepared `folder`, and the columns that would make no task."""
    from tagger.text.prepared import read_prepared

    prepared = read_prepared(folder)
    sentences = prepared.splits.get("train") or next(iter(prepared.splits.values()))
    tasks: dict[str, dict[str, str]] = {}
    left_out: dict[str, str] = {}
    for column, scheme in prepared.schemes.items():
        labels = {tag for sentence in sentences for tag in sentence.tags.get(column, ())}
        if len(labels) < 2:
            left_out[column] = "fewer than two labels"
        elif len(labels) > MOST_LABELS:
            left_out[column] = f"{len(labels):,} labels"
        else:
            tasks[column] = {"objective": "word" if scheme == "none" else "sentence"}
    return tasks, left_out
