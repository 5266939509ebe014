"""A run folder, of a finished training or of one that goes on, to the course of that training."""

import json
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from tagger.errors import ModelError
from tagger.evaluation.course import Course, Epoch
from tagger.saved import HISTORY, RUN, SETTINGS

_DAMAGED = "The model is damaged."
_SHOWN = 40  # characters of a line that is no epoch


def read_course(folder: Path) -> Course:
    """The course of the training in `folder`; what an older version of the program did not record is empty.

    Raises ModelError where there is no history or it is damaged.
    """
    path = folder / HISTORY
    if not path.is_file():
        hint = (
            "`tagger train` writes one after the first epoch; a training whose loss is not finite before that "
            "leaves none: lower optimizer.rate, or set optimizer.clip = 1.0."
        )
        found = f"none with {HISTORY}" if folder.is_dir() else "a file" if folder.exists() else "none"
        raise ModelError(f"expected the folder of a training, found {found}", where=str(folder), hint=hint)
    facts = _facts(folder / RUN)
    return Course(
        name=folder.resolve().name,
        epochs=_epochs(path),
        settings=_settings(folder / SETTINGS),
        train_tokens=facts.train_tokens,
        broken_off=facts.broken_off,
    )


def _epochs(path: Path) -> tuple[Epoch, ...]:
    """The lines of a history; a last line that is still being written is left for the next time."""
    lines = path.read_bytes().splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()
    epochs = tuple(_epoch(line, f"{path}:{number}") for number, line in enumerate(lines, 1))
    if not epochs:
        raise ModelError("expected an epoch a line, found none", where=str(path))
    return epochs


def _epoch(line: bytes, where: str) -> Epoch:
    try:
        values = json.loads(line)
        return Epoch(
            number=int(values["epoch"]),
            rate=float(values["rate"]),
            score=values.get("score"),
            best=bool(values.get("best")),
            **{name: values.get(name) or {} for name in ("train_loss", "dev_loss", "train", "dev", "layers")},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        found = (
            f"no {error}"
            if isinstance(error, KeyError)
            else repr(line.decode("utf-8", "replace").strip()[:_SHOWN])
        )
        raise ModelError(f"expected an epoch as JSON, found {found}", where=where, hint=_DAMAGED) from error


def _settings(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ModelError(f"expected TOML, found {error}", where=str(path), hint=_DAMAGED) from error


class _Facts(NamedTuple):
    train_tokens: dict[str, int]
    broken_off: str


def _facts(path: Path) -> _Facts:
    """The training words of each task, empty where the run does not say, and the error that ended it."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        tokens = {
            task: int(
                corpus["tokens" if "tokens" in corpus else "train_tokens"]
            )  # of raw text; of labelled data
            for corpus in facts["data"]
            for task in corpus["tasks"]
        }
        return _Facts(tokens, str(facts.get("broken_off", "")))
    except FileNotFoundError:
        return _Facts({}, "")
    except (ValueError, KeyError, TypeError) as error:
        found = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise ModelError(
            f"expected the facts of a run, found {found}", where=str(path), hint=_DAMAGED
        ) from error
