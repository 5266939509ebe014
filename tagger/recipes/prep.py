"""Corpus files to a prepared folder: `prepare` reads, splits, converts, counts and writes."""

import hashlib
import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tagger.errors import DataError, OutputExistsError, SettingsError, TaggerError
from tagger.reports.corpus import data_card
from tagger.text.columns import WideRows
from tagger.text.corpus import Corpus, Format, Source, read_corpus
from tagger.text.layers import BrokenTags
from tagger.text.prepared import SPLITS, fingerprint_of_splits, is_prepared, write_prepared
from tagger.text.problems import OnError
from tagger.text.schemes import IOB2, NONE, SPAN_SCHEMES
from tagger.text.sentences import Sentence
from tagger.text.splits import same_columns, split_off_dev, write_scheme
from tagger.text.statistics import SplitStatistics, statistics_of
from tagger.whole_files import is_taken, written_whole

READING = ("format", "columns", "maps", "input_schemes", "broken_tags", "wide_rows")
"""The options that say how a file is read: what another file of the same corpus needs too."""


@dataclass(frozen=True, slots=True)
class PrepOptions:
    """What to read and how; the fields that `Source` has too mean the same."""

    output: str | Path
    train: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    join_train: tuple[str, ...] = ()
    join_dev: tuple[str, ...] = ()
    join_test: tuple[str, ...] = ()
    dataset: str = ""  # a saved dataset, a folder or a name of the hub, instead of files
    split: str = ""  # of the dataset: this one alone, as train; "": those called train, dev and test
    column: str = ""  # of the dataset: its tokens, if not to be found by name
    streaming: bool = False  # read the dataset without a copy in the library's cache
    format: Format = "auto"
    columns: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    input_schemes: Mapping[str, str] = field(default_factory=dict)
    scheme: str = IOB2  # of the span columns that are written
    dev_last: int = 0  # this many sentences from the end of train become dev
    dev_random: float = 0.0  # this share of train (below 1), or this many sentences, become dev
    seed: int = 1  # of dev_random
    on_error: OnError = "stop"
    wide_rows: WideRows = "error"
    broken_tags: BrokenTags = "error"
    licence: str = ""  # a line for the data card
    force: bool = False  # replace a folder that an earlier run wrote


@dataclass(frozen=True, slots=True)
class PrepReport:
    """What was written."""

    output: str
    schemes: dict[str, str]  # column -> scheme in the folder, "none" for plain tags
    statistics: dict[str, SplitStatistics]
    sources: list[dict[str, str]]  # split, path, schemes (as found) and sha256 of each file
    notes: list[str]
    skipped: dict[str, int]  # kind of problem -> how often
    fingerprint: str


def prepare(options: PrepOptions) -> PrepReport:
    """Read the corpora that `options` names and write the prepared folder, whole or not at all.

    Raises DataError, SettingsError and OutputExistsError; nothing is written then.
    """
    _check(options)
    notes: list[str] = []
    corpora = {split: read_corpus(source) for split, source in _sources(options, notes).items()}
    splits = _splits(corpora, options, notes)
    schemes = same_columns(corpora, splits, notes, options.scheme)
    for sentences in splits.values():
        write_scheme(sentences, schemes)
    seen = frozenset(token for s in splits.get("train", ()) for token in s.tokens)
    statistics = {
        split: statistics_of(sentences, schemes, seen=None if split == "train" or not seen else seen)
        for split, sentences in splits.items()
    }
    told = [f"{split}: {note}" for split, corpus in corpora.items() for note in corpus.notes]
    notes = [*told, *notes, *_new_labels(statistics)]
    skipped = dict(sum((corpus.skipped for corpus in corpora.values()), Counter()))
    fingerprint = fingerprint_of_splits(splits)
    sources = [
        _source_row(split, path, found) for split, c in corpora.items() for path, found in c.found.items()
    ]
    report = PrepReport(str(options.output), schemes, statistics, sources, notes, skipped, fingerprint)
    command = command_of(options)
    card = data_card(
        statistics,
        schemes,
        sources=sources,
        notes=notes,
        command=command,
        licence=options.licence,
        fingerprint=fingerprint,
    )
    description = {
        "command": command,
        "reading": {name: getattr(options, name) for name in READING},
        "licence": options.licence,
        "sources": sources,
        "notes": notes,
        "skipped": skipped,
        "statistics": {split: asdict(numbers) for split, numbers in statistics.items()},
    }
    with written_whole(Path(options.output), force=options.force) as folder:
        write_prepared(folder, splits, schemes, description=description, card=card)
    return report


def command_of(options: PrepOptions) -> str:
    """The command line that does what `options` say."""
    words = ["tagger", "prep", str(options.output)]
    for name in ("train", "dev", "test", "join_train", "join_dev", "join_test"):
        for path in getattr(options, name):
            words += [f"--{name.replace('_', '-')}", path]
    words += [word for text in options.maps for word in ("--map", text)]
    words += [word for pair in options.input_schemes.items() for word in ("--input-scheme", "=".join(pair))]
    words += ["--columns", ",".join(options.columns)] if options.columns else []
    defaults = PrepOptions("")
    words += ["--input-dataset", options.dataset] if options.dataset else []
    words += ["--streaming"] if options.streaming else []
    for name in (
        "split",
        "column",
        "format",
        "scheme",
        "dev_last",
        "dev_random",
        "seed",
        "on_error",
    ):
        if getattr(options, name) != getattr(defaults, name):
            words += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    for name in ("wide_rows", "broken_tags", "licence"):
        if getattr(options, name) != getattr(defaults, name):
            words += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    return shlex.join(words)


def _check(options: PrepOptions) -> None:
    """What can be known to be wrong before any work."""
    target = Path(options.output)
    if is_taken(target):
        if not options.force:
            raise OutputExistsError(target)
        if not is_prepared(target):
            hint = "--force replaces only a folder that `tagger prep` wrote; choose another output."
            raise TaggerError("expected a prepared folder, found other files", where=str(target), hint=hint)
    files = options.train or options.dev or options.test
    if bool(files) == bool(options.dataset):
        found = "both" if files else "neither"
        raise SettingsError("train", "either files (--train, --dev, --test) or --input-dataset", found)
    if not options.dataset and (options.split or options.column or options.streaming):
        raise SettingsError("--input-dataset", "a data set to take the split or column of", "none")
    for split in SPLITS:
        if getattr(options, f"join_{split}") and not getattr(options, split):
            raise SettingsError(f"join_{split}", f"files for {split} to join to", "none")
    if options.scheme not in SPAN_SCHEMES:
        raise SettingsError("scheme", " or ".join(SPAN_SCHEMES), repr(options.scheme))
    if (options.dev_last or options.dev_random) and (
        options.dev or (options.dev_last and options.dev_random)
    ):
        raise SettingsError("dev", "one of --dev, --dev-last and --dev-random", "more than one")
    if options.dev_last < 0 or options.dev_random < 0 or (options.dev_random > 1 and options.dev_random % 1):
        expected = "a number of sentences, or for dev_random a share below 1"
        raise SettingsError("dev_random" if options.dev_random else "dev_last", expected, "another number")


def _sources(options: PrepOptions, notes: list[str]) -> dict[str, Source]:
    """The source of each split that there is."""
    common: dict[str, Any] = {
        name: getattr(options, name)
        for name in ("columns", "maps", "input_schemes", "on_error", "wide_rows", "broken_tags")
    }
    if not options.dataset:
        return {
            split: Source(
                getattr(options, split), getattr(options, f"join_{split}"), format=options.format, **common
            )
            for split in SPLITS
            if getattr(options, split)
        }
    from tagger.text.hub import ROLES, load_splits, split_of

    loaded = load_splits(options.dataset, streaming=options.streaming)
    roles = {name: ROLES.get(name, "") for name in loaded}
    if options.split:
        roles = {split_of(loaded, options.split, options.dataset): "train"}
    splits: dict[str, Source] = {}
    for name, role in roles.items():
        if not role or role in splits:
            notes.append(f"{options.dataset}: the split {name} is left out")
            continue
        splits[role] = Source(
            (options.dataset,),
            format="dataset",
            split=name,
            column=options.column,
            streaming=options.streaming,
            **common,
        )
    if not splits:
        expected, found = "splits called train, dev (or validation) and test", ", ".join(roles) or "none"
        raise DataError(options.dataset, None, expected, found, "Name the one to train on with --split.")
    return {split: splits[split] for split in SPLITS if split in splits}


def _source_row(split: str, path: str, found: Mapping[str, str]) -> dict[str, str]:
    schemes = ", ".join(f"{column} {scheme}" for column, scheme in found.items() if scheme != NONE)
    digest = ""
    if path != "-" and Path(path).is_file():
        with Path(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"split": split, "path": path, "schemes": schemes, "sha256": digest}


def _new_labels(statistics: Mapping[str, SplitStatistics]) -> list[str]:
    """What other splits have that cannot be learnt from train."""
    notes = []
    known = statistics["train"].labels if "train" in statistics else {}
    for split, numbers in statistics.items():
        for column in known:
            new = [label for label in numbers.labels[column] if label not in known[column]]
            if new:
                notes.append(f"{split}: {column} has labels that train has not: {', '.join(new[:10])}")
    return notes


def _splits(
    corpora: Mapping[str, Corpus], options: PrepOptions, notes: list[str]
) -> dict[str, list[Sentence]]:
    """The sentences of each split, dev taken from train where that is asked for."""
    splits = {split: corpus.sentences for split, corpus in corpora.items()}
    if not (options.dev_last or options.dev_random):
        return splits
    if "dev" in splits:
        found = "a dev split in the dataset as well"
        raise SettingsError("dev", "one of --dev, --dev-last and --dev-random", found)
    train, dev = split_off_dev(
        splits.get("train", []), last=options.dev_last, random_part=options.dev_random, seed=options.seed
    )
    how = f"at random (seed {options.seed})" if options.dev_random else "from its end"
    notes.append(f"dev: {len(dev):,} sentences of train, taken {how}")
    splits |= {"train": train, "dev": dev}
    return {split: splits[split] for split in SPLITS if split in splits}
