"""Corpus files to what is wrong or suspicious in them: `check` reads everything, and stops at nothing."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from tagger.errors import DataError, SettingsError
from tagger.recipes.check_folders import problem_of_folder
from tagger.text.check_characters import judge_characters
from tagger.text.check_columns import check_columns
from tagger.text.check_contexts import check_contexts
from tagger.text.check_duplicates import check_duplicates
from tagger.text.check_files import check_file
from tagger.text.check_forms import check_forms
from tagger.text.check_labels import check_labels, label_counts
from tagger.text.check_phrases import check_phrases
from tagger.text.check_reading import Part, common_columns, finding_of, read_part
from tagger.text.check_schemes import check_schemes
from tagger.text.check_sentences import check_sentences
from tagger.text.check_tokens import judge_shape
from tagger.text.columns import WideRows
from tagger.text.corpus import Format, Source, format_of
from tagger.text.findings import KINDS, CheckedFile, CheckReport, Finding
from tagger.text.hub import is_saved
from tagger.text.lines import held_input
from tagger.text.maps import LabelMap, parse_map
from tagger.text.prepared import SPLITS, is_prepared, read_prepared
from tagger.text.schemes import SCHEMES

ALIKE = 3
"""Kinds that are suggested in place of an unknown one."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What to check and how it is read; the fields that `PrepOptions` has too mean the same."""

    data: tuple[
        str, ...
    ] = ()  # files of no named split, or prepared folders and saved datasets with splits of their own
    dataset: str = ""  # a data set in place of files, with splits of its own
    split: str = ""  # of the data set; "": all
    column: str = ""  # of the data set: its tokens
    streaming: bool = False
    join: tuple[str, ...] = ()  # layers on the tokens of `data`
    train: tuple[str, ...] = ()
    dev: tuple[str, ...] = ()
    test: tuple[str, ...] = ()
    join_train: tuple[str, ...] = ()
    join_dev: tuple[str, ...] = ()
    join_test: tuple[str, ...] = ()
    format: Format = "auto"
    columns: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    input_schemes: Mapping[str, str] = field(default_factory=dict)
    wide_rows: WideRows = "error"
    least: int = 5  # examples of a label; fewer are few
    folds: int = 0  # parts to look for label errors with; 0: do not look
    seed: int = 1  # of that
    start: Path | None = None  # model that the networks start from


def check(options: CheckOptions, *, note: Callable[[str], None] = lambda text: None) -> CheckReport:
    """Everything wrong or suspicious in the data that `options` name; `note` is told how far label errors are.

    Raises SettingsError for options that cannot be.
    """
    parts, findings, notes = read_parts(options)
    findings += findings_in(parts, least=options.least)
    if options.folds and parts:
        from tagger.recipes.check_model import label_findings

        findings += label_findings(
            parts, folds=options.folds, seed=options.seed, start=options.start, note=note
        )
    return CheckReport(tuple(map(_described, parts)), in_order(findings), tuple(notes))


def findings_in(parts: Sequence[Part], *, least: int) -> list[Finding]:
    """What is found in sentences that can be read."""
    findings = [*common_columns(parts), *check_columns(parts), *check_schemes(parts)]
    findings += check_labels(parts, least=least)
    findings += check_forms(parts, (judge_characters, judge_shape))
    findings += check_sentences(parts)
    findings += check_duplicates(parts)
    findings += check_phrases(parts)
    findings += check_contexts(parts)
    return findings


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings by kind, in the order of `KINDS`; within one the heaviest first, then as they stand."""
    order = {kind: number for number, kind in enumerate(KINDS)}
    return tuple(sorted(findings, key=lambda finding: (order[finding.kind], -finding.weight)))


def only_kinds(report: CheckReport, kinds: Sequence[str]) -> CheckReport:
    """The report with the findings of some kinds alone; all of them without any. Raises SettingsError."""
    check_kinds(kinds)
    return replace(report, findings=tuple(f for f in report.findings if not kinds or f.kind in kinds))


def check_kinds(kinds: Sequence[str]) -> None:
    """Raises SettingsError for what is no kind of finding; the hint has the nearest ones."""
    for kind in kinds:
        if kind not in KINDS:
            alike = get_close_matches(kind, KINDS, n=ALIKE)
            alike += [known for known in KINDS if kind and kind in known and known not in alike]
            hint = (
                f"Did you mean {' or '.join(alike[:ALIKE])}?"
                if alike
                else "Reports of `tagger check` name them."
            )
            raise SettingsError("--kind", "a kind of finding", repr(kind), hint)


def read_parts(options: CheckOptions) -> tuple[list[Part], list[Finding], list[str]]:
    """The parts of all files in the order of the options, what is wrong with the files, and notes."""
    _check(options)
    source = Source(
        (),
        format=options.format,
        columns=options.columns,
        input_schemes=options.input_schemes,
        wide_rows=options.wide_rows,
    )
    changed: dict[LabelMap, int] = {parse_map(text): 0 for text in options.maps}
    parts: list[Part] = []
    findings: list[Finding] = []
    for split, path, joined in named_files(options):
        for name in (path, *joined):
            kind = format_of(name, options.format if name == path else "auto")
            if kind != "dataset" and name != "-":
                findings += check_file(name, kind)
        if is_prepared(path):
            parts += _prepared_parts(path, findings)
        elif path != "-" and not (split or joined) and is_saved(Path(path)):
            parts += _dataset_parts(path, source, changed, findings)
        elif problem := problem_of_folder(path, options.format):
            findings.append(finding_of("unreadable", problem))
        else:
            with held_input() if "-" in (path, *joined) else nullcontext() as held:
                if held:
                    findings += check_file("-", format_of("-", options.format if path == "-" else "auto"))
                    held.seek(0)
                part, found = read_part(path, joined, source, changed, split=split)
            findings += found
            parts += [part] if part else []
    if options.dataset:
        own = replace(
            source, format="dataset", split=options.split, column=options.column, streaming=options.streaming
        )
        parts += _dataset_parts(options.dataset, own, changed, findings)
    notes = [f"the map {label_map} changed nothing" for label_map, count in changed.items() if not count]
    if unread := sum(part.unread for part in parts):
        notes.append(f"sentences that cannot be read are not looked into further: {unread:,}")
    return [part for part in parts if part.sentences], findings, notes


def named_files(options: CheckOptions) -> list[tuple[str, str, tuple[str, ...]]]:
    """Split, file and the layers joined to it, of every file."""
    groups = {split: (getattr(options, split), getattr(options, f"join_{split}")) for split in SPLITS}
    groups[""] = (options.data, options.join)
    return [
        (split, path, joined[i :: len(files)])
        for split, (files, joined) in groups.items()
        for i, path in enumerate(files)
    ]


def _check(options: CheckOptions) -> None:
    files = options.data or options.train or options.dev or options.test
    if options.dataset and files:
        raise SettingsError("--input-dataset", "either files or a data set", f"both ({files[0]})")
    if not files and not options.dataset:
        raise SettingsError("DATA", "files or a prepared folder to check", "none")
    for split in ("", *SPLITS):
        files = getattr(options, split or "data")
        joined = getattr(options, f"join_{split}" if split else "join")
        if joined and (not files or len(joined) % len(files)):
            expected = f"as many files as there are to join them to ({len(files)})"
            raise SettingsError(f"--join-{split}" if split else "--join", expected, str(len(joined)))
    for column, scheme in options.input_schemes.items():
        if scheme not in SCHEMES:
            raise SettingsError(f"input_schemes.{column}", " or ".join(SCHEMES), repr(scheme))


def _dataset_parts(
    name: str, source: Source, changed: dict[LabelMap, int], findings: list[Finding]
) -> list[Part]:
    """A part of each split of a data set, or of the one that `source` names."""
    from tagger.text.hub import ROLES, load_splits, split_of

    parts = []
    try:
        splits = load_splits(name, streaming=source.streaming)
        names = [split_of(splits, source.split, name)] if source.split else list(splits)
    except DataError as error:
        findings.append(finding_of("unreadable", error))
        return []
    for split in names:
        own = replace(source, format="dataset", split=split)
        part, found = read_part(name, (), own, changed, split=ROLES.get(split, ""))
        findings += found
        if part:
            part.path = f"{name}, {split}"
            parts.append(part)
    return parts


def _prepared_parts(folder: str, findings: list[Finding]) -> list[Part]:
    try:
        prepared = read_prepared(folder)
    except DataError as error:
        findings.append(finding_of("unreadable", error))
        return []
    for name, sentences in prepared.splits.items():
        for row, sentence in enumerate(sentences):
            sentence.path = f"{folder}, {name}, row {row}"
    return [
        Part(name, f"{folder}, {name}", sentences, dict(prepared.schemes), "dataset")
        for name, sentences in prepared.splits.items()
    ]


def _described(part: Part) -> CheckedFile:
    tokens = sum(len(sentence.tokens) for sentence in part.sentences)
    labels = {column: len(label_counts([part], column)) for column in part.schemes}
    return CheckedFile(part.split, part.path, len(part.sentences), tokens, dict(part.schemes), labels)
