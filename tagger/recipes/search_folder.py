"""The folder of a search: what it searches, the journal of its trainings, its trials and the best settings.

space.toml      the file SPACE as it was given
settings.toml   the settings that the search changes
journal.jsonl   first the data's fingerprints, then a line a finished training, from which the search goes on
trials.jsonl    a line a finished trial
best.toml       the best settings, complete: `tagger train FOLDER/best.toml`
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from tagger.config import Settings
from tagger.errors import ModelError, TaggerError
from tagger.recipes.search_space import Space, read_space
from tagger.recipes.search_trials import Outcome, Trial
from tagger.saved import SETTINGS
from tagger.settings_file import dump_settings, load_settings
from tagger.whole_files import write_file, written_whole

SPACE, JOURNAL, TRIALS, BEST, WORK = "space.toml", "journal.jsonl", "trials.jsonl", "best.toml", "work"


def key_of(settings: Settings) -> str:
    """The name of a training in the journal: a fingerprint of all its settings."""
    return hashlib.sha256(settings.model_dump_json().encode()).hexdigest()[:16]


def searched(folder: Path) -> tuple[Settings, Space]:
    """The settings and the space of the search in `folder`. Raises ModelError where there is none."""
    if not (folder / JOURNAL).is_file():
        raise ModelError(
            f"expected a search with {JOURNAL}, found none",
            where=str(folder),
            hint="Search without --resume.",
        )
    settings = load_settings(folder / SETTINGS)
    return settings, read_space(folder / SPACE, settings)


def create(folder: Path, settings: Settings, space: Space, data: Sequence[str], *, force: bool) -> None:
    """Write a new folder, whole or not at all. `data`: fingerprints of the corpora."""
    with written_whole(folder, force=force) as draft:
        write_file(draft / SPACE, space.text)
        write_file(draft / SETTINGS, dump_settings(settings))
        write_file(draft / JOURNAL, json.dumps({"data": list(data)}) + "\n")


def check_output(folder: Path, *, force: bool) -> None:
    """Raises TaggerError where `force` would replace something that no search wrote."""
    if force and folder.exists() and any(folder.iterdir()) and not (folder / JOURNAL).is_file():
        raise TaggerError(
            "expected a search to replace, found something else",
            where=str(folder),
            hint="--force replaces only a folder that `tagger search` wrote; choose another output.",
        )


class Journal:
    """The finished trainings of a search, those of earlier runs included; a line is added when one is over.

    A line that a killed program left half written is dropped. One program at a time: a second one is a TaggerError.
    """

    def __init__(self, folder: Path, data: Sequence[str]) -> None:
        """Open the journal in `folder`. Raises ModelError if the search began with other data than `data`."""
        self._path = folder / JOURNAL
        self._file: BinaryIO = self._path.open("r+b")
        try:
            self.outcomes = self._read(list(data))
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, key: str, outcome: Outcome) -> None:
        """Write down that the training `key` is over; on disk when this returns."""
        self._file.write(json.dumps({"key": key, **asdict(outcome)}).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.outcomes[key] = outcome

    def _read(self, data: list[str]) -> dict[str, Outcome]:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            where = str(self._path.parent)
            raise TaggerError("expected a search at rest, found one that is running", where=where) from error
        content = self._file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._file.truncate(len(whole))
        self._file.seek(len(whole))
        before, outcomes = self._parse(whole.splitlines())
        if before != data:
            raise ModelError(
                "expected the data of this search, found other data",
                where=str(self._path.parent),
                hint="Restore the data, or search again without --resume.",
            )
        return outcomes

    def _parse(self, lines: Sequence[bytes]) -> tuple[object, dict[str, Outcome]]:
        """The fingerprints in the first line and the trainings in the others."""
        before: object = None
        outcomes: dict[str, Outcome] = {}
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
                if number == 1:
                    before = entry["data"]
                else:
                    key = entry.pop("key")
                    outcomes[key] = Outcome(**entry)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ModelError(
                    "expected a line of a search's journal, found another",
                    where=f"{self._path}:{number}",
                    hint="It is damaged; search again without --resume.",
                ) from error
        return before, outcomes


def write_trials(folder: Path, trials: Sequence[Trial]) -> None:
    """Write the finished trials, a line each."""
    lines = [json.dumps(t.as_json(), ensure_ascii=False) for t in trials if t.state != "running"]
    write_file(folder / TRIALS, "".join(f"{line}\n" for line in lines))


def write_best(folder: Path, trial: Trial, settings: Settings) -> None:
    """Write the settings of the best trial, to be trained on all data."""
    score = f"{100 * trial.score:.2f}" if trial.score is not None else "none"
    head = f"# The best settings of a search: stage {trial.stage}, trial {trial.number}, score {score}.\n"
    write_file(folder / BEST, head + dump_settings(settings))
