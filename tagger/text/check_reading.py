"""Corpus files to parts that can be checked: every sentence that can be read, and a finding for whatever cannot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tagger.errors import DataError
from tagger.text.columns import are_token_ids, check_names, name_columns
from tagger.text.conllu import settle_layers
from tagger.text.corpus import Format, Source, format_of, lacks_column, read_sentences
from tagger.text.findings import Finding, Place, kind_of_problem
from tagger.text.joining import join_layers
from tagger.text.layers import Layer
from tagger.text.maps import LabelMap, apply_maps
from tagger.text.problems import Problems
from tagger.text.schemes import detect_scheme
from tagger.text.sentences import Sentence


@dataclass(slots=True)
class Part:
    """The sentences of one file, with the columns of the layers joined to it, in the schemes of the files."""

    split: str  # "train", "dev", "test", or "" where nobody said
    path: str
    sentences: list[Sentence]
    schemes: dict[str, str]  # column -> scheme
    format: Format = "columns"
    owners: dict[int, Sentence] = field(default_factory=dict)
    # id() of a list of tags that was joined -> the sentence of the other file that holds it
    unread: int = 0  # sentences that cannot be read
    rows: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # column file -> what its columns are called, "word" and "-" included

    def place(self, sentence: Sentence, token: int = 0, column: str = "") -> Place:
        """Where a token of a sentence stands, or its tag in `column`."""
        owner = self.owners.get(id(sentence.tags[column]), sentence) if column else sentence
        return Place(owner.path, owner.line(token))


def read_part(
    path: str, joined: Sequence[str], source: Source, changed: dict[LabelMap, int], *, split: str
) -> tuple[Part | None, list[Finding]]:
    """A file with the layers `joined` to it, its sentences that can be read, and a finding for each thing that cannot.

    changed: how many tags each label map has spoken about, which is counted on.
    """
    findings: list[Finding] = []
    kind = format_of(path, source.format)
    first = _read_layer(path, kind, source.columns, source, changed, findings)
    if first is None:
        return None, findings
    part = Part(split, path, [], {}, kind)
    _name_rows(part, path, source.columns, first, kind)
    for other in joined:
        second = _read_layer(other, format_of(other), (), source, changed, findings)
        if second is not None:
            part.owners |= {id(tags): s for s in second.sentences for tags in s.tags.values()}
            _name_rows(part, other, (), second, format_of(other))
            findings += _join(first, second)
    part.sentences, part.schemes = first.sentences, first.columns
    part.unread = len(first.problems.dropped)
    return part, findings


def _name_rows(part: Part, path: str, columns: tuple[str, ...], layer: Layer, kind: Format) -> None:
    if kind == "columns":
        part.rows[path] = check_names(columns) or ("word", *layer.columns)


def _read_layer(
    path: str,
    kind: Format,
    columns: tuple[str, ...],
    source: Source,
    changed: dict[LabelMap, int],
    findings: list[Finding],
) -> Layer | None:
    """One file as it stands, without its broken sentences; None if nothing can be read."""
    problems = Problems(every=True)
    sentences: list[Sentence] = []
    try:
        for sentence in read_sentences(path, kind, columns, source, problems):
            sentences.append(sentence)  # noqa: PERF402 - those before an error are kept
        if kind == "conllu":
            settle_layers(sentences, columns)
    except DataError as error:
        findings.append(finding_of("unreadable", error))
        sentences = []
    findings += (finding_of(kind_of_problem(name), error) for name, error in problems.errors)
    if not sentences:
        if not findings:
            findings.append(Finding("unreadable", Place(path), "no sentence", hint="Is the file empty?"))
        return None
    if kind == "columns" and not columns:
        if are_token_ids(sentences[0].tokens):
            findings.append(_ids_as_words(sentences[0]))
            return None
        name_columns(sentences)
    layer = Layer(path, sentences, problems)
    _place_rows(layer, kind)
    before = len(problems.errors)
    layer.leave_out({i for i, s in enumerate(sentences) if lacks_column(s, sentences[0], problems)})
    findings += (finding_of("other-columns", error) for _, error in problems.errors[before:])
    for label_map, count in apply_maps(layer.sentences, changed).items():
        changed[label_map] += count
    for column in layer.sentences[0].tags:
        found = detect_scheme([sentence.tags[column] for sentence in layer.sentences]).scheme
        layer.columns[column] = source.input_schemes.get(column, found)
    return layer


def finding_of(kind: str, error: DataError) -> Finding:
    """A reader's error as a finding."""
    return Finding(kind, Place(error.path, error.line), error.found, error.expected, error.hint)


def _ids_as_words(sentence: Sentence) -> Finding:
    hint = "Pass --format conllu or iob2, or --columns -,word,... with a name for each column."
    found = "the numbers of tokens (as in CoNLL-U)"
    return Finding(
        "unreadable", Place(sentence.path, sentence.line()), found, "words in the first column", hint
    )


def _place_rows(layer: Layer, kind: Format) -> None:
    """Sentences of a data set have no lines: the path of each says which row it is (from 0)."""
    if kind == "dataset":
        for place, sentence in zip(layer.places, layer.sentences, strict=True):
            sentence.path = f"{sentence.path}, row {place}"


def _join(first: Layer, second: Layer) -> Iterator[Finding]:
    """Join two layers; what differs. Joined tags are the very lists of `second`."""
    before = len(first.problems.errors)
    try:
        join_layers(first, second)
    except DataError as error:
        yield finding_of("join", error)
    yield from (finding_of("join", error) for _, error in first.problems.errors[before:])


def common_columns(parts: Sequence[Part]) -> Iterator[Finding]:
    """A finding for each file whose columns differ from those of the first one in name or in kind."""
    for part in parts[1:]:
        first = parts[0]
        missing = [column for column in first.schemes if column not in part.schemes]
        other = [
            column
            for column, scheme in part.schemes.items()
            if column in first.schemes and (scheme == "none") != (first.schemes[column] == "none")
        ]
        if missing:
            expected = f"the columns {', '.join(first.schemes) or '(none)'} as in {first.path}"
            found = ", ".join(part.schemes) or "none"
            hint = "Name the columns with --columns."
            yield Finding("other-columns", Place(part.path), found, expected, hint)
        for column in other:
            expected = f"{_in_words(first.schemes[column])} in {column} as in {first.path}"
            hint = f"State the scheme with --input-scheme {column}=SCHEME."
            yield Finding("other-columns", Place(part.path), _in_words(part.schemes[column]), expected, hint)


def _in_words(scheme: str) -> str:
    return "plain tags" if scheme == "none" else "tags of spans"


def splits_of(parts: Sequence[Part]) -> Mapping[str, list[Part]]:
    """The parts of each split, in order."""
    splits: dict[str, list[Part]] = {}
    for part in parts:
        splits.setdefault(part.split, []).append(part)
    return splits
