"""Sources of any format to one corpus: read, joined, label maps applied, schemes found and made equal (IOB2).

Every decision taken on the way is a line of `Corpus.notes`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tagger.errors import DataError, SettingsError
from tagger.text.columns import WideRows, are_token_ids, name_columns, read_columns
from tagger.text.conllu import read_conllu, read_iob2, settle_layers
from tagger.text.joining import join_layers
from tagger.text.jsonl import read_jsonl
from tagger.text.layers import BrokenTags, Layer, settle_schemes
from tagger.text.lines import plain_suffix
from tagger.text.maps import LabelMap, apply_maps, parse_map
from tagger.text.plurals import counted
from tagger.text.problems import OnError, Problems
from tagger.text.schemes import IOB2, NONE, SCHEMES
from tagger.text.sentences import Sentence

Format = Literal["auto", "columns", "conllu", "iob2", "jsonl", "dataset"]

SUFFIXES: dict[str, Format] = {
    ".conllu": "conllu",
    ".iob2": "iob2",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the sentences of one split stand, and how they are read."""

    paths: tuple[str, ...]
    join: tuple[
        str, ...
    ] = ()  # layers on the same tokens: number j belongs to path number j modulo their number
    format: Format = "auto"  # of `paths`; that of `join` is found from each name
    columns: tuple[
        str, ...
    ] = ()  # of `paths`: all columns of a column file, or the tag columns of another format
    maps: tuple[str, ...] = ()  # [COLUMN:]OLD=NEW
    input_schemes: Mapping[str, str] = field(
        default_factory=dict
    )  # column -> scheme, instead of what is found
    on_error: OnError = "stop"
    wide_rows: WideRows = "error"
    broken_tags: BrokenTags = (
        "error"  # repair: an I- with nothing to continue starts a span, as conlleval reads it
    )
    split: str = ""  # of a dataset
    column: str = ""  # of the tokens of a dataset; "": found by its name
    streaming: bool = False  # read a dataset without a copy in the library's cache


@dataclass(slots=True)
class Corpus:
    """Sentences with the same columns, span columns in IOB2."""

    sentences: list[Sentence]
    schemes: dict[str, str]  # column -> "IOB2", or "none" for plain tags
    found: dict[str, dict[str, str]]  # file -> column -> scheme in the file
    notes: list[str]
    skipped: Counter[str]  # kind of problem -> how often, with on_error "skip"


def read_corpus(source: Source) -> Corpus:
    """The sentences of a source. Raises DataError (file:line) and SettingsError (an option that cannot be)."""
    _check(source)
    notes: list[str] = []
    layers: list[Layer] = []
    firsts: list[Layer] = []
    found: dict[str, dict[str, str]] = {}
    changed = Counter({parse_map(text): 0 for text in source.maps})
    for i, path in enumerate(source.paths):
        first = _read_layer(path, source, changed, notes, joined=False)
        firsts.append(first)
        layers.append(first)
        found[path] = dict(first.columns)
        for other in source.join[i :: len(source.paths)]:
            second = _read_layer(other, source, changed, notes, joined=True)
            layers.append(second)
            found[other] = second.columns
            join_layers(first, second)
            notes.append(f"{path}: joined with {other} ({counted(len(first.sentences), 'sentence')})")
            if not first.sentences:
                raise DataError(path, None, "a sentence with both layers", "none")
    schemes = _common_columns(firsts, notes)
    _check_named(source.input_schemes, {column for columns in found.values() for column in columns})
    unused = (label_map for label_map, count in changed.items() if not count)
    notes.extend(f"the map {label_map} changed nothing" for label_map in unused)
    skipped: Counter[str] = Counter()
    for layer in layers:
        skipped.update(layer.problems.counts)
        notes.extend(_skipped_note(layer))
    return Corpus([s for layer in firsts for s in layer.sentences], schemes, found, notes, skipped)


def format_of(path: str, stated: Format = "auto") -> Format:
    """The stated format, or the one that the name tells: a folder is a dataset, an unknown suffix a column file."""
    if stated != "auto":
        return stated
    return "dataset" if path != "-" and Path(path).is_dir() else SUFFIXES.get(plain_suffix(path), "columns")


def _check(source: Source) -> None:
    if not source.paths:
        raise SettingsError("paths", "at least one file", "none")
    if len(source.join) % len(source.paths):
        files = len(source.paths)
        raise SettingsError(
            "join", f"as many files as there are to join them to ({files})", str(len(source.join))
        )
    for column, scheme in source.input_schemes.items():
        if scheme not in SCHEMES:
            raise SettingsError(f"input_schemes.{column}", " or ".join(SCHEMES), repr(scheme))


def _check_named(names: Mapping[str, str], columns: set[str]) -> None:
    for name in names:
        if name not in columns:
            raise SettingsError(
                f"input_schemes.{name}", f"one of the columns {', '.join(sorted(columns))}", repr(name)
            )


def _read_layer(
    path: str, source: Source, changed: Counter[LabelMap], notes: list[str], *, joined: bool
) -> Layer:
    """One file, its maps applied, its schemes found, violations dealt with and every span column in IOB2."""
    problems = Problems(source.on_error)
    columns = () if joined else source.columns
    kind = format_of(path, "auto" if joined else source.format)
    sentences = list(read_sentences(path, kind, columns, source, problems))
    if not sentences:
        found = (
            f"none that can be read: {next(iter(problems.examples.values()))}"
            if problems.examples
            else "none"
        )
        raise DataError(
            path, None, "at least one sentence", found, "" if problems.examples else "Is the file empty?"
        )
    if kind == "columns" and not columns:
        _check_words(sentences[0])
        names = ", ".join(["word", *name_columns(sentences).values()])
        notes.append(f"{path}: columns {names} (named by what they hold; --columns names them)")
    if kind == "conllu":
        left_out = settle_layers(sentences, columns)
        notes.extend(f"{path}: {name} is left out (_ on every token)" for name in left_out)
    layer = Layer(path, sentences, problems)
    layer.leave_out({i for i, s in enumerate(sentences) if lacks_column(s, sentences[0], problems)})
    for label_map, count in apply_maps(layer.sentences, changed).items():
        changed[label_map] += count
        if count:
            notes.append(f"{path}: the map {label_map} changed {counted(count, 'tag')}")
    notes.extend(settle_schemes(layer, source.input_schemes, broken_tags=source.broken_tags))
    return layer


def _check_words(sentence: Sentence) -> None:
    """Raises DataError where the first column of a file, taken for its words, numbers the tokens."""
    if are_token_ids(sentence.tokens):
        hint = "Pass --format conllu or iob2, or --columns -,word,... with a name for each column."
        found = "the numbers of tokens (as in CoNLL-U)"
        raise DataError(sentence.path, sentence.line(), "words in the first column", found, hint)


def read_sentences(
    path: str, kind: Format, columns: tuple[str, ...], source: Source, problems: Problems
) -> Iterator[Sentence]:
    """The sentences of one file as they stand in it, its columns without names for what they hold."""
    if kind == "columns":
        return read_columns(path, columns=columns, wide_rows=source.wide_rows, problems=problems)
    if kind == "iob2":
        return read_iob2(path, problems=problems)
    if kind == "conllu":
        return read_conllu(path, columns=columns, problems=problems)
    if kind == "jsonl":
        return read_jsonl(path, columns=columns, problems=problems)
    from tagger.text.hub import load_splits, split_of
    from tagger.text.hub_sentences import read_dataset

    splits = load_splits(path, streaming=source.streaming)
    split = split_of(splits, source.split, path)
    return read_dataset(
        splits[split], f"{path}, {split}", words=source.column, columns=columns, problems=problems
    )


def lacks_column(sentence: Sentence, first: Sentence, problems: Problems) -> bool:
    """Whether a sentence has other columns than the first of its file, which `problems` has taken then."""
    if sentence.tags.keys() == first.tags.keys():
        return False
    expected = f"the columns {', '.join(first.tags) or '(none)'} as at {first.path}:{first.line()}"
    found = ", ".join(sentence.tags) or "none"
    problems.report("other columns", DataError(sentence.path, sentence.line(), expected, found))
    return True


def _common_columns(layers: list[Layer], notes: list[str]) -> dict[str, str]:
    """The columns that every file has -> IOB2 or none; the others are left out, and said."""
    first = layers[0]
    schemes = {column: NONE if scheme == NONE else IOB2 for column, scheme in first.columns.items()}
    for layer in layers[1:]:
        for column, scheme in layer.columns.items():
            if column in schemes and (scheme == NONE) != (schemes[column] == NONE):
                here, there = (
                    ("plain tags", "tags of spans") if scheme == NONE else ("tags of spans", "plain tags")
                )
                raise DataError(layer.path, None, f"{there} in {column} as in {first.path}", here)
    common = [column for column in schemes if all(column in layer.columns for layer in layers)]
    for layer in layers:
        gone = [column for column in layer.columns if column not in common]
        notes.extend(f"{layer.path}: {column} is left out (another file lacks it)" for column in gone)
        for sentence in layer.sentences if gone else ():
            sentence.tags = {column: sentence.tags[column] for column in common}
    return {column: schemes[column] for column in common}


def _skipped_note(layer: Layer) -> list[str]:
    problems = layer.problems
    if not problems.counts:
        return []
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in problems.counts.most_common())
    example = next(iter(problems.examples.values()))
    return [
        f"{layer.path}: left out {counted(len(problems.dropped), 'sentence')} ({kinds}); the first: {example}"
    ]
