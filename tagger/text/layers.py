"""One file as a layer of tags: the scheme of each column found, tags that break it dealt with, spans as IOB2."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tagger.errors import DataError
from tagger.text.plurals import counted
from tagger.text.problems import Problems
from tagger.text.schemes import (
    IOB1,
    IOB2,
    NONE,
    Violation,
    breaks,
    convert,
    count_spans,
    detect_scheme,
    split_tag,
    violations,
)
from tagger.text.sentences import Sentence

BrokenTags = Literal["error", "repair"]


@dataclass(slots=True)
class Layer:
    """What was read from one file: its sentences, and the place that each had there (those left out have one too)."""

    path: str
    sentences: list[Sentence]
    problems: Problems
    places: list[int] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)  # column -> scheme found in the file

    def __post_init__(self) -> None:
        if not self.places:
            gone = self.problems.dropped
            free = (i for i in range(len(self.sentences) + len(gone)) if i not in gone)
            self.places = list(free)

    def leave_out(self, indices: set[int]) -> None:
        """Leave out the sentences with these indices in `sentences`."""
        for i in indices:
            self.problems.drop(self.places[i], self.sentences[i].id)
        if indices:
            self.places = [place for i, place in enumerate(self.places) if i not in indices]
            self.sentences = [sentence for i, sentence in enumerate(self.sentences) if i not in indices]


def settle_schemes(
    layer: Layer, stated: Mapping[str, str], *, broken_tags: BrokenTags = "error"
) -> list[str]:
    """Find the scheme of every column, deal with tags that break it, and write spans as IOB2; what was found, in words.

    stated: column -> scheme, instead of what the tags say.
    broken_tags: "repair" reads an I- with nothing to continue as the start of a span, as conlleval does.
    """
    notes = []
    repaired: Counter[str] = Counter()
    evidence: dict[str, str] = {}
    broken: set[int] = set()
    for column in layer.sentences[0].tags if layer.sentences else ():
        sequences = [sentence.tags[column] for sentence in layer.sentences]
        detection = detect_scheme(sequences)
        scheme = layer.columns[column] = stated.get(column, detection.scheme)
        if scheme == IOB1 and detection.begins:
            evidence[column] = f", {detection.begins:,} B- where IOB1 writes I-"
        if breaks(sequences, scheme) if column in stated else detection.slips:
            for i, sentence in enumerate(layer.sentences):
                faults = violations(sentence.tags[column], scheme)
                grave = faults
                if broken_tags == "repair":
                    grave = [v for v in faults if split_tag(sentence.tags[column][v.place]) is None]
                    repaired[column] += len(faults) - len(grave)
                if grave:
                    layer.problems.report(
                        "tag breaks its scheme", _violation(sentence, column, scheme, grave[0])
                    )
                    broken.add(i)
    layer.leave_out(broken)
    for column, scheme in layer.columns.items():
        if scheme != NONE:
            count = _to_iob2(layer.sentences, column, scheme, sure=not repaired[column])
            mended = f", {counted(repaired[column], 'broken tag')} repaired" if repaired[column] else ""
            entities = counted(count, "entity", "entities")
            notes.append(f"{layer.path}: {column} is {scheme} ({entities}{evidence.get(column, '')}{mended})")
    return notes


def _to_iob2(sentences: list[Sentence], column: str, scheme: str, *, sure: bool) -> int:
    """Write a span column as IOB2; how many spans it marks. `sure`: tags of IOB2 need no mending."""
    before = count_spans(sentence.tags[column] for sentence in sentences)
    if scheme != IOB2 or not sure:
        for sentence in sentences:
            sentence.tags[column] = convert(sentence.tags[column], scheme, IOB2)
        if count_spans(sentence.tags[column] for sentence in sentences) != before:
            raise RuntimeError(f"the spans of {column} changed on the way from {scheme} to IOB2")
    return before.total()


def _violation(sentence: Sentence, column: str, scheme: str, fault: Violation) -> DataError:
    tag = sentence.tags[column][fault.place]
    if split_tag(tag) is None:
        hint = f"Rename the tag (--map {column}:{tag}=O), or pass --input-scheme {column}=none if it marks no spans."
    else:
        hint = (
            "Pass --broken-tags repair (in settings: broken_tags) to read it as conlleval does, "
            f"or --input-scheme {column}=SCHEME if the file follows another; "
            "`tagger prep --on-error skip` leaves the sentence out."
        )
    expected = f"{fault.expected} in {column} ({scheme})"
    return DataError(sentence.path, sentence.line(fault.place), expected, fault.found, hint)
