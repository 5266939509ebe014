"""What a check of a corpus finds: each finding says how grave it is, of what kind, where, what, and what to do."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


class Place(NamedTuple):
    """A line of a file, or a row of a data set (whose path says which)."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


class Kind(NamedTuple):
    """What findings of one kind have in common."""

    severity: Severity
    title: str


KINDS = {
    # cannot be read as it is
    "unreadable": Kind("error", "files that cannot be read"),
    "not-utf-8": Kind("error", "lines that are not UTF-8"),
    "byte-order-mark": Kind("error", "a UTF-8 mark at the start of the file"),
    "nul-byte": Kind("error", "lines with a NUL byte"),
    "wrong-number-of-columns": Kind("error", "rows with too few or too many columns"),
    "empty-column": Kind("error", "rows with an empty token or tag"),
    "tabs-and-spaces-mixed": Kind("error", "rows separated otherwise than the others"),
    "token-ids": Kind("error", "rows whose number is not the next one"),
    "not-json": Kind("error", "lines that are not JSON"),
    "not-a-json-object": Kind("error", "lines of JSON that hold no object"),
    "not-text": Kind("error", "lines with half a character"),
    "no-tokens": Kind("error", "records without tokens"),
    "no-text": Kind("error", "records with spans and no text"),
    "not-strings": Kind("error", "lists that hold other things than strings"),
    "missing-column": Kind("error", "records that lack a column"),
    "lists-of-unequal-length": Kind("error", "records with more or fewer tags than tokens"),
    "empty-tag": Kind("error", "records with an empty tag"),
    "bad-span": Kind("error", "spans that mark no text"),
    "overlapping-spans": Kind("error", "spans that overlap"),
    "unknown-label": Kind("error", "numbers that stand for no label"),
    "other-columns": Kind("error", "sentences or files with other columns than the rest"),
    "join": Kind("error", "sentences or tokens in which two layers differ"),
    "unknown-tag": Kind("error", "tags that are none of their scheme"),
    "type-change": Kind("error", "spans that change their type on the way"),
    "broken-tag": Kind("error", "tags that may not follow the one before"),
    # probably wrong
    "numbers-as-words": Kind("warning", "a word column that holds numbers"),
    "swapped-columns": Kind("warning", "a tag column that looks like words"),
    "copied-column": Kind("warning", "a tag column that repeats the words"),
    "document-row": Kind("warning", "-DOCSTART- rows without a blank line around them"),
    "missing-blank-line": Kind("warning", "sentences so long that a blank line may be missing"),
    "empty-sentence": Kind("warning", "sentences without a token"),
    "repeated-id": Kind("warning", "sentence ids that stand more than once"),
    "leak": Kind("warning", "training sentences that stand in another split too"),
    "tagged-two-ways": Kind("warning", "the same sentence with different tags"),
    "label-space": Kind("warning", "tags with white space around them"),
    "label-variant": Kind("warning", "tags that differ in case or signs from a more frequent one"),
    "odd-label": Kind("warning", "tags of an odd form"),
    "unknown-upos": Kind("warning", "tags that Universal Dependencies has not"),
    "untagged": Kind("warning", "single tokens without a tag"),
    "label-not-in-train": Kind("warning", "labels that training never sees"),
    "blank-token": Kind("warning", "tokens in which nothing can be seen"),
    "replacement-character": Kind("warning", "tokens with U+FFFD, the mark of lost characters"),
    "mojibake": Kind("warning", "tokens decoded by the wrong encoding"),
    "html-entity": Kind("warning", "tokens with HTML escapes"),
    "control-character": Kind("warning", "tokens with control characters"),
    "zero-width": Kind("warning", "tokens with invisible characters"),
    "zero-width-space": Kind("warning", "tokens with a space that cannot be seen"),
    "soft-hyphen": Kind("warning", "tokens with soft hyphens"),
    "private-use": Kind("warning", "tokens with characters that no standard defines"),
    "mixed-script": Kind("warning", "tokens with look-alike letters of another script"),
    "not-nfc": Kind("warning", "tokens whose accents are not composed (NFC)"),
    "glued-url": Kind("warning", "tokens with an address glued to something"),
    "glued-sentences": Kind("warning", "tokens that go on behind the end of a sentence"),
    "glued-punctuation": Kind("warning", "words with a comma or colon glued to them"),
    # to be known
    "context-two-tags": Kind("note", "words tagged in two ways in the same context"),
    "phrase-two-types": Kind("note", "phrases that are spans of two types"),
    "phrase-untagged": Kind("note", "phrases that are spans elsewhere"),
    "label": Kind("note", "tags that a model trained on the rest would not have given"),
    "rare-label": Kind("note", "labels with few examples"),
    "label-only-in-train": Kind("note", "labels that no other split can measure"),
    "constant-column": Kind("note", "columns with one tag throughout"),
    "schemes-differ": Kind("note", "files that write spans in another scheme"),
    "needless-begin": Kind("note", "B- where IOB1 would write I-"),
    "repeated-sentence": Kind("note", "sentences that stand more than once in a split"),
    "long-sentence": Kind("note", "very long sentences"),
    "no-words": Kind("note", "sentences of punctuation alone"),
    "long-token": Kind("note", "very long tokens"),
    "space-in-token": Kind("note", "tokens with white space inside"),
    "no-break-space": Kind("note", "tokens with no-break spaces"),
    "ligature": Kind("note", "tokens with ligatures"),
    "line-ends": Kind("note", "lines that end in \\r\\n"),
    "white-space-line": Kind("note", "blank lines that are not empty"),
}
"""Every kind of finding, in the order of reports."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or suspicious."""

    kind: str  # of `KINDS`
    place: Place
    found: str
    expected: str = ""
    hint: str = ""
    others: tuple[Place, ...] = ()  # where else the same is found
    weight: float = 0.0  # how suspicious, within its kind

    @property
    def severity(self) -> Severity:
        """How grave it is: what cannot be read as it is, what is probably wrong, what should be known."""
        return KINDS[self.kind].severity

    @property
    def count(self) -> int:
        """At how many places it is found."""
        return 1 + len(self.others)

    def __str__(self) -> str:
        problem = f"expected {self.expected}, found {self.found}" if self.expected else self.found
        return f"{self.place}: {problem}{'' if problem.endswith(('.', '?', '!')) else '.'}" + (
            f" {self.hint}" if self.hint else ""
        )


@dataclass(frozen=True, slots=True)
class Repair:
    """One change that a repaired copy has."""

    kind: str  # of the finding that it mends
    place: Place  # in the original
    change: str

    def __str__(self) -> str:
        return f"{self.place}: {self.change}"


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What was read."""

    split: str  # "" where nobody said
    path: str
    sentences: int
    tokens: int
    schemes: dict[str, str]  # column -> scheme in the file, "none" for plain tags
    labels: dict[str, int]  # column -> how many labels


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was read and what was found, ordered by kind, the most suspicious first."""

    files: tuple[CheckedFile, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    def count(self, severity: str) -> int:
        """At how many places findings of a severity stand."""
        return sum(finding.count for finding in self.findings if finding.severity == severity)


@dataclass(frozen=True, slots=True)
class FixReport:
    """What was written, and every change."""

    outputs: tuple[str, ...]
    repairs: tuple[Repair, ...]


def times(count: int) -> str:
    """How often: "once", "12 times"."""
    return "once" if count == 1 else f"{count:,} times"


def kind_of_problem(name: str) -> str:
    """The kind of finding for what a reader calls `name`: "wrong number of columns" -> "wrong-number-of-columns"."""
    return name.partition(" (")[0].lower().replace(" ", "-")
