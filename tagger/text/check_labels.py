"""The labels of each column to findings: variants of one another, odd forms, too few examples, one split only.

A label is a type of spans (PER), or a whole tag where a column has no spans.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from tagger.text.check_reading import Part, splits_of
from tagger.text.findings import Finding, Place, times
from tagger.text.label_variants import renamed_tags
from tagger.text.schemes import NONE, OUTSIDE, count_spans, spans_of, split_tag

UNIVERSAL = frozenset(
    "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split()
)
UNSPECIFIED = "_"
ENOUGH = 1000  # tokens; in fewer nearly every label is rare
NO_LABELS = frozenset(("nan", "none", "null", "n/a", "na", "?", "???", "todo", "unk"))


def check_labels(parts: Sequence[Part], *, least: int) -> Iterator[Finding]:
    """What is odd about labels; fewer than `least` examples in training (in all data, without a train) are few."""
    columns = dict.fromkeys(column for part in parts for column in part.schemes)
    for column in columns:
        here = [part for part in parts if column in part.schemes]
        yield from _variants(here, column)
        yield from _odd(here, column)
        yield from _across_splits(here, column, least)


def _variants(parts: Sequence[Part], column: str) -> Iterator[Finding]:
    """Tags with white space around them, and tags that are spelt like a more frequent one but for case or signs."""
    counts = tag_counts(parts, column)
    spans = parts[0].schemes[column] != NONE
    table = renamed_tags(counts, spans=spans)
    for tag, places in _places(parts, column, table.__contains__).items():
        kind = "label-space" if tag.strip() == table[tag] else "label-variant"
        found = f"the tag {tag!r} in {column} ({times(len(places))})"
        expected = f"{table[tag]!r} ({times(counts[table[tag]])})"
        yield _finding(kind, places, found, expected, "--fix mends it.")


def _odd(parts: Sequence[Part], column: str) -> Iterator[Finding]:
    """Tags that no annotator meant, tags that UD has not, tokens without a tag among others."""
    counts = tag_counts(parts, column)
    spans = parts[0].schemes[column] != NONE
    typed = spans and any("-" in tag for tag in counts)
    if len(counts) == 1 and not (spans and OUTSIDE in counts and len(parts) > 1):
        tag = next(iter(counts))
        places = [parts[0].place(parts[0].sentences[0], 0, column)]
        yield _finding("constant-column", places, f"{tag} on every token in {column}")
    reasons: dict[str, tuple[str, str, str]] = {}
    universal = column == "upos" and all(part.format == "conllu" for part in parts)
    for tag, count in counts.items():
        mark = split_tag(tag) if spans else None
        if mark and (mark[1] == OUTSIDE or (typed and tag != OUTSIDE and not mark[1])):
            hint = f"--map {column}:{tag}=O removes these spans."
            what = f"the type {OUTSIDE}" if mark[1] else "no type"
            reasons[tag] = (
                "odd-label",
                f"the tag {tag} in {column}, a span of {what} ({times(count)})",
                hint,
            )
        elif tag == UNSPECIFIED and not spans and 2 * count < counts.total():
            reasons[tag] = ("untagged", f"{tag} in {column} on {count:,} of {counts.total():,} tokens", "")
        elif not spans and tag.lower() in NO_LABELS and 10 * count < counts.total():
            reasons[tag] = ("odd-label", f"the tag {tag} in {column} ({times(count)})", "")
        elif universal and tag not in UNIVERSAL and tag != UNSPECIFIED:
            hint = "UPOS has 17 tags; language-specific ones stand in XPOS."
            reasons[tag] = ("unknown-upos", f"the tag {tag} in upos ({times(count)})", hint)
    for tag, places in _places(parts, column, reasons.__contains__).items():
        kind, found, hint = reasons[tag]
        yield _finding(kind, places, found, hint=hint)


def _across_splits(parts: Sequence[Part], column: str, least: int) -> Iterator[Finding]:
    splits = splits_of(parts)
    counts = {split: label_counts(here, column) for split, here in splits.items()}
    main = "train" if "train" in splits else ""
    base = counts["train"] if main else sum(counts.values(), Counter())
    others = {split: n for split, n in counts.items() if main and split != main}
    size = tag_counts(splits["train"] if main else parts, column).total()
    rare = {label: n for label, n in base.items() if n < least} if size >= ENOUGH else {}
    only = {
        label: n
        for label, n in base.items()
        if others and n >= least and label != OUTSIDE and not any(label in other for other in others.values())
    }
    spans = parts[0].schemes[column] != NONE
    new = {label for other in others.values() for label in other if label not in base}
    for label, places in _label_places(
        splits["train"] if main else parts, column, rare.keys() | only
    ).items():
        name = _named(label, column, spans)
        if label in rare:
            found = f"{name} on {_amount(rare[label], spans)}{' of train' if main else ''}"
            yield _finding("rare-label", places, found, f"at least {least}")
        else:
            found = f"{name} on {_amount(only[label], spans)} of train and none of {' or '.join(others)}"
            yield _finding("label-only-in-train", places, found)
    held = [part for split in others for part in splits[split]]
    for label, places in _label_places(held, column, new).items():
        found = f"{_named(label, column, spans)}, which train has not ({_amount(len(places), spans)})"
        yield _finding("label-not-in-train", places, found)


def _named(label: str, column: str, spans: bool) -> str:
    return f"the {'type' if spans else 'tag'} {label or '(none)'} of {column}"


def _amount(count: int, spans: bool) -> str:
    return f"{count:,} {'span' if spans else 'token'}{'' if count == 1 else 's'}"


def tag_counts(parts: Sequence[Part], column: str) -> Counter[str]:
    """How often each tag of a column occurs."""
    counts: Counter[str] = Counter()
    for part in parts:
        for sentence in part.sentences:
            counts.update(sentence.tags[column])
    return counts


def label_counts(parts: Sequence[Part], column: str) -> Counter[str]:
    """How often each label occurs: types of spans, or tags."""
    if parts[0].schemes[column] == NONE:
        return tag_counts(parts, column)
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(count_spans(sentence.tags[column] for sentence in part.sentences))
    return counts


def _label_places(parts: Sequence[Part], column: str, labels: set[str]) -> dict[str, list[Place]]:
    """Where the spans, or tokens, of some labels begin."""
    found: dict[str, list[Place]] = {}
    for part in parts if labels else ():
        scheme = part.schemes[column]
        if scheme == NONE:
            for tag, places in _places([part], column, labels.__contains__).items():
                found.setdefault(tag, []).extend(places)
            continue
        for sentence in part.sentences:
            for start, _, kind in spans_of(sentence.tags[column], scheme):
                if kind in labels:
                    found.setdefault(kind, []).append(part.place(sentence, start, column))
    return found


def _places(parts: Sequence[Part], column: str, wanted: Callable[[str], bool]) -> dict[str, list[Place]]:
    """Where each wanted tag stands."""
    tags = {tag for tag in tag_counts(parts, column) if wanted(tag)}
    places: dict[str, list[Place]] = {tag: [] for tag in tags}
    for part in parts if tags else ():
        for sentence in part.sentences:
            here = sentence.tags[column]
            if not tags.isdisjoint(here):
                for i, tag in enumerate(here):
                    if tag in tags:
                        places[tag].append(part.place(sentence, i, column))
    return places


def _finding(kind: str, places: Sequence[Place], found: str, expected: str = "", hint: str = "") -> Finding:
    return Finding(kind, places[0], found, expected, hint, tuple(places[1:]), float(len(places)))
