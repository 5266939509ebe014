"""Tags of spans to findings: tags that are none of their scheme, or may not follow the one before."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tagger.text.check_reading import Part
from tagger.text.findings import Finding, Place
from tagger.text.schemes import IOB1, NONE, OUTSIDE, Violation, breaks, split_tag, violations
from tagger.text.sentences import Sentence

_REPAIR = "--fix and --broken-tags repair read it as conlleval does."


def check_schemes(parts: Sequence[Part]) -> Iterator[Finding]:
    """Every tag that breaks the scheme of its column."""
    for part in parts:
        for column, scheme in part.schemes.items():
            if scheme == NONE:
                continue
            if breaks((sentence.tags[column] for sentence in part.sentences), scheme):
                yield from _violations(part, column, scheme)
            if scheme == IOB1:
                yield from _needless(part, column)
    yield from _differing(parts)


def unknown_tag(part: Part, sentence: Sentence) -> Iterator[tuple[Place, str]]:
    """Why a sentence with a tag that marks no span is left out, for each file that it stands in; none without one."""
    for column, scheme in part.schemes.items():
        for token, tag in enumerate(sentence.tags[column]):
            if scheme != NONE and split_tag(tag) is None:
                why, place = f"{tag!r} in {column} is no tag of {scheme}", part.place(sentence, token, column)
                for other in dict.fromkeys(("", *part.schemes)):
                    first = part.place(sentence, 0, other)
                    if first.path != place.path:
                        yield first, f"{place}: {why}"
                yield place, why
                return


def _violations(part: Part, column: str, scheme: str) -> Iterator[Finding]:
    for sentence in part.sentences:
        tags = sentence.tags[column]
        for fault in violations(tags, scheme):
            place = part.place(sentence, fault.place, column)
            kind = _kind(tags, fault)
            hint = _REPAIR
            if kind == "unknown-tag":
                hint = f"Rename it (--map {column}:{tags[fault.place]}=O), or pass --input-scheme {column}=SCHEME."
            yield Finding(kind, place, fault.found, f"{fault.expected} in {column} ({scheme})", hint)


def _kind(tags: Sequence[str], fault: Violation) -> str:
    mark = split_tag(tags[fault.place])
    if fault.expected.startswith("a tag of"):
        return "unknown-tag"
    before = split_tag(tags[fault.place - 1]) if fault.place else None
    inside = mark is not None and mark[0] in "IE" and before is not None and before[0] in "BI"
    return "type-change" if inside and mark and before and mark[1] != before[1] else "broken-tag"


def _needless(part: Part, column: str) -> Iterator[Finding]:
    """B- in IOB1 where no span of its type ends right before."""
    for sentence in part.sentences:
        tags = sentence.tags[column]
        if not any(tag.startswith("B") for tag in tags):
            continue
        for i, (before, tag) in enumerate(pairwise((OUTSIDE, *tags))):
            mark, last = split_tag(tag), split_tag(before) or (OUTSIDE, "")
            if mark and mark[0] == "B" and (last[0] == OUTSIDE or last[1] != mark[1]):
                place = part.place(sentence, i, column)
                yield Finding("needless-begin", place, f"{tag} after {before}", f"I-{mark[1]} as IOB1 writes")


def _differing(parts: Sequence[Part]) -> Iterator[Finding]:
    """Span columns whose scheme is not that of the first file that has them."""
    first: dict[str, Part] = {}
    for part in parts:
        for column, scheme in part.schemes.items():
            other = first.setdefault(column, part)
            there = other.schemes[column]
            if scheme != there and NONE not in (scheme, there):
                place = part.place(part.sentences[0], 0, column)._replace(line=None)
                found = f"{column} in {scheme}"
                hint = f"`tagger prep` and `tagger train` convert it; {other.path} is in {there}."
                yield Finding("schemes-differ", place, found, there, hint)
