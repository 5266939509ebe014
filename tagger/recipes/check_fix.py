"""Corpus files to a repaired copy: `fix` mends what can be mended safely, and says what and where.

Mended: encoding, marks, line ends, characters that are not composed or cannot be seen; rows with too many columns; tags
that are spelt like a more frequent one but for case, space or signs; tags that break their scheme, as conlleval reads
them. Left out: sentences that cannot be read even so, and training sentences that stand in another split too.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tagger.errors import DataError, SettingsError, TaggerError
from tagger.recipes.check import CheckOptions, named_files, read_parts
from tagger.recipes.check_outputs import bytes_of, plain_name, targets_of, write_copies
from tagger.text.check_duplicates import leaked_copies, repeated_sentences
from tagger.text.check_labels import tag_counts
from tagger.text.check_reading import Part
from tagger.text.check_schemes import unknown_tag
from tagger.text.corpus import Format, format_of
from tagger.text.findings import Finding, FixReport, Place, Repair
from tagger.text.label_variants import renamed_tags
from tagger.text.prepared import SPLITS
from tagger.text.repair_characters import repair_text
from tagger.text.repair_rows import RowFile
from tagger.text.schemes import NONE, detect_scheme, spans_of, split_tag, tags_of, violations
from tagger.text.sentences import Sentence

MOST_LEFT_OUT = 0.5
"""Share of a file's sentences that may be left out for being broken; more are a sign of wrong options."""

_OF_MORE_THAN_A_ROW = ("unreadable", "leak", "byte-order-mark", "line-ends")
"""Kinds of repairs whose line is only where they begin."""


@dataclass(slots=True)
class _Work:
    """The files while they are repaired, by the temporary path that they are read from."""

    files: dict[str, RowFile]
    parts: list[Part]
    findings: list[Finding]
    repairs: list[Repair] = field(default_factory=list)

    def add(self, kind: str, place: Place, change: str) -> None:
        shown = self.files[place.path].path
        self.repairs.append(Repair(kind, Place(shown, place.line), change))

    def kept(self, repairs: Sequence[Repair]) -> list[Repair]:
        """Those of whole files, of what is left out, and of rows that the copy has."""
        gone = {Place(file.path, number) for file in self.files.values() for number in file.dropped}
        return [own for own in repairs if own.kind in _OF_MORE_THAN_A_ROW or own.place not in gone]

    def line(
        self, part: Part, sentence: Sentence, token: int, column: str = ""
    ) -> tuple[RowFile, Place, int]:
        place = part.place(sentence, token, column)
        return self.files[place.path], place, place.line or 0


def fix(options: CheckOptions, output: Path, *, force: bool = False, encoding: str = "") -> FixReport:
    """Write a repaired copy of the files that `options` name: one file, or a folder of several; whole or not at all.

    encoding: of lines that are not UTF-8 (by default Windows-1252). Raises TaggerError before any work where the output
    is taken or is an input, and where so much would be left out that the options must be wrong.
    """
    formats = _formats(options)
    targets = targets_of(list(formats), output, force=force)
    with tempfile.TemporaryDirectory(prefix="tagger-check-") as folder:
        repairs: list[Repair] = []
        files: dict[str, RowFile] = {}
        for number, (path, kind) in enumerate(formats.items()):
            lines, found = repair_text(path, bytes_of(path), kind, encoding=encoding)
            repairs += found
            place = Path(folder, str(number), plain_name(path))
            files[str(place)] = RowFile(path, kind, (), lines)
            place.parent.mkdir()
            place.write_bytes(files[str(place)].content())
        work = _read(options, files)
        _join_wide(work)
        _mend_tags(work, options)
        _leave_out_broken(work)
        _leave_out_leaks(work)
    write_copies({file.path: file.content() for file in files.values()}, targets, output)
    order = {path: number for number, path in enumerate(formats)}
    repairs = work.kept([*repairs, *work.repairs])
    repairs.sort(key=lambda r: (order[r.place.path], r.place.line or 0))
    return FixReport(tuple(str(target) for target in targets.values()), tuple(repairs))


def _formats(options: CheckOptions) -> dict[str, Format]:
    """The format of every file. Raises SettingsError for what is no file."""
    if options.dataset:
        hint = "Repair the files that it was made of."
        raise SettingsError("--fix", "files to repair", f"the data set {options.dataset}", hint)
    formats: dict[str, Format] = {}
    for _, path, joined in named_files(options):
        for name in (path, *joined):
            formats[name] = format_of(name, options.format if name == path else "auto")
            if formats[name] == "dataset":
                hint = "Repair the files that it was made of, and run `tagger prep` again."
                raise SettingsError("DATA", "files to repair", f"the folder {name}", hint)
            if name == "-":
                raise SettingsError("DATA", "files to repair", "standard input", "Save it to a file.")
    return formats


def _read(options: CheckOptions, files: dict[str, RowFile]) -> _Work:
    """What can be read of the clean lines, wide rows joined."""
    places = {file.path: place for place, file in files.items()}
    names = [name for split in SPLITS for name in (split, f"join_{split}")]
    moved: dict[str, Any] = {
        name: tuple(places[path] for path in getattr(options, name)) for name in (*names, "data", "join")
    }
    parts, findings, _ = read_parts(replace(options, wide_rows="join", **moved))
    for part in parts:
        for place, columns in part.rows.items():
            files[place].names = columns
    return _Work(files, parts, findings)


def _join_wide(work: _Work) -> None:
    """Write wide rows as rows of the right width."""
    for place, file in work.files.items():
        if file.format == "columns" and file.names:
            for block in file.blocks():
                for number in block:
                    word = file.join_wide(number) if not file.lines[number - 1].startswith("#") else ""
                    if word:
                        change = f"the first columns of a wide row made one word: {word}"
                        work.add("wrong-number-of-columns", Place(place, number), change)


def _mend_tags(work: _Work, options: CheckOptions) -> None:
    """Write variants of tags as the frequent ones, then tags that break their scheme as conlleval reads them."""
    for column in dict.fromkeys(column for part in work.parts for column in part.schemes):
        here = [part for part in work.parts if column in part.schemes]
        spans = here[0].schemes[column] != NONE
        table = renamed_tags(tag_counts(here, column), spans=spans)
        for part in here:
            renamed = [[table.get(tag, tag) for tag in s.tags[column]] for s in part.sentences]
            scheme = options.input_schemes.get(column, detect_scheme(renamed).scheme)
            for sentence, tags in zip(part.sentences, renamed, strict=True):
                mended = _in_scheme(tags, scheme) if spans else tags
                if mended != sentence.tags[column]:
                    _write_tags(work, part, sentence, column, tags, mended)


def _in_scheme(tags: list[str], scheme: str) -> list[str]:
    """Tags as conlleval reads them; those of a sentence with text that is no tag stay as they are."""
    if scheme == NONE or not violations(tags, scheme) or any(split_tag(tag) is None for tag in tags):
        return tags
    return tags_of(spans_of(tags, scheme), len(tags), scheme)


def _write_tags(
    work: _Work, part: Part, sentence: Sentence, column: str, renamed: list[str], mended: list[str]
) -> None:
    """Write the tags of a sentence that differ into its rows, and into the sentence."""
    old = sentence.tags[column]
    for i, (before, between, after) in enumerate(zip(old, renamed, mended, strict=True)):
        if before != after:
            file, place, line = work.line(part, sentence, i, column)
            if file.has_spans(line):
                types = {a[2:]: b[2:] for a, b in zip(old, mended, strict=True)}
                file.rename_spans(line, types)
            else:
                file.replace_tag(line, column, i, after)
            kind = "broken-tag" if between != after else "label-variant"
            work.add(kind, place, f"{before} made {after} in {column}")
    old[:] = mended  # the list itself: layers that are joined are known by it


def _leave_out_broken(work: _Work) -> None:
    """Leave out every sentence of a file that could not be read, or has a tag of no scheme."""
    reasons: dict[Place, str] = {}
    for part in work.parts:
        broken_tags = [dict(unknown_tag(part, sentence)) for sentence in part.sentences]
        part.sentences = [s for s, why in zip(part.sentences, broken_tags, strict=True) if not why]
        reasons |= {place: text for why in broken_tags for place, text in why.items()}
    for finding in work.findings:
        if finding.severity == "error":
            reasons.setdefault(finding.place, str(finding).partition(": ")[2])
    kept = _kept_lines(work)
    for place, file in work.files.items():
        blocks = [b for b in file.blocks() if _has_rows(file, b)]
        broken = [block for block in blocks if kept[place].isdisjoint(block)]
        if len(broken) > MOST_LEFT_OUT * len(blocks):
            raise _nothing_left(work, file, place, len(broken), len(blocks))
        for block in broken:
            places = (Place(place, number) for number in block)
            known = next((p for p in places if p in reasons), None)
            why = reasons[known] if known else "it cannot be read, or another layer lacks it"
            work.add(
                "unreadable", known or Place(place, block.start), f"sentence left out: {_shown(work, why)}"
            )
            file.drop(block)


def _has_rows(file: RowFile, block: range) -> bool:
    """Whether a block is more than comments."""
    return file.format == "jsonl" or any(file.lines[n - 1][:1] != "#" for n in block)


def _kept_lines(work: _Work) -> dict[str, set[int]]:
    """The lines of the tokens of all sentences, by file."""
    kept: dict[str, set[int]] = {place: set() for place in work.files}
    for part in work.parts:
        for sentence in part.sentences:
            owners = [part.owners.get(id(tags), sentence) for tags in sentence.tags.values()]
            for owner in (sentence, *owners):
                kept[owner.path].update(owner.lines)
    return kept


def _nothing_left(work: _Work, file: RowFile, place: str, broken: int, blocks: int) -> TaggerError:
    first = next((f for f in work.findings if f.severity == "error" and f.place.path == place), None)
    hint = _shown(work, f"Are the options right? {first}") if first else "Are the options right?"
    return DataError(
        file.path,
        None,
        "a file most of which can be read",
        f"{broken:,} of {blocks:,} sentences that cannot",
        hint,
    )


def _shown(work: _Work, text: str) -> str:
    """A message with the user's paths in place of the temporary ones."""
    for place, file in work.files.items():
        text = text.replace(place, file.path)
    return text


def _leave_out_leaks(work: _Work) -> None:
    """Leave out of training what stands in another split."""
    gone: dict[int, str] = {}
    for tokens, copies in repeated_sentences(work.parts).items():
        train, held = leaked_copies(tokens, copies)
        for copy in train:
            gone[id(copy.sentence)] = f"sentence left out: it is in {held[0].part.split} too"
            work.add("leak", copy.part.place(copy.sentence), gone[id(copy.sentence)])
    if not gone:
        return
    for part in work.parts:
        part.sentences = [sentence for sentence in part.sentences if id(sentence) not in gone]
    kept = _kept_lines(work)
    for place, file in work.files.items():
        for block in file.blocks():
            if _has_rows(file, block) and kept[place].isdisjoint(block):
                file.drop(block)
