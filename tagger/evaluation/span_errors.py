"""Gold and predicted tags to what became of the spans: right, wrong type, wrong span, wrong both, missed, spurious.

Spans are those of the CoNLL reading, as `tagger.text.schemes.spans_of` finds them. In each sentence gold and found
spans that share a token are paired one to one, greedily: the pair with the largest overlap first (tokens that both have
/ tokens that either has), among equals one of the same type, then the one further to the left. Spans of one side never
overlap each other, so a found span that stands exactly where a gold span does always becomes its pair.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from tagger.analysis import Confusion, SpanErrors
from tagger.evaluation.scores import MICRO_AVERAGE
from tagger.text.schemes import OUTSIDE, Span, spans_of

Tags = Sequence[Sequence[str]]
Pair = tuple[Span | None, Span | None]  # gold and found; None: no pair

RIGHT, WRONG_TYPE, WRONG_SPAN, WRONG_BOTH = "right", "wrong_type", "wrong_span", "wrong_both"
MISSED, SPURIOUS = "missed", "spurious"
FATES = (RIGHT, WRONG_TYPE, WRONG_SPAN, WRONG_BOTH, MISSED, SPURIOUS)

UNTYPED = "_"
"""What the scores call the type of spans without one."""


def pair_spans(gold: Sequence[Span], found: Sequence[Span]) -> list[Pair]:
    """Every span of one sentence once, in its pair or alone; by the place of the gold span, else of the found one."""
    candidates = sorted((-_overlap(a, b), a[2] != b[2], a, b) for a, b in _sharing(gold, found))
    partner: dict[Span, Span] = {}
    taken: set[Span] = set()
    for *_, a, b in candidates:
        if a not in partner and b not in taken:
            partner[a] = b
            taken.add(b)
    pairs: list[Pair] = [(span, partner.get(span)) for span in gold]
    pairs += [(None, span) for span in found if span not in taken]
    return sorted(pairs, key=lambda pair: (pair[0] or pair[1] or (0, 0, ""))[:2])


def fate_of(pair: Pair) -> str:
    """What became of the spans of a pair, one of FATES."""
    gold, found = pair
    if gold is None or found is None:
        return SPURIOUS if gold is None else MISSED
    if gold[:2] == found[:2]:
        return RIGHT if gold[2] == found[2] else WRONG_TYPE
    return WRONG_SPAN if gold[2] == found[2] else WRONG_BOTH


def span_errors(
    gold: Tags, found: Tags, *, scheme: str
) -> tuple[tuple[SpanErrors, ...], Counter[tuple[str, str]]]:
    """The errors of all spans and of each type, types in alphabetical order, and how often which type became which.

    A span is counted with its gold type, a spurious one with the type it was found as. Both are empty without spans.
    """
    fates: Counter[tuple[str, str]] = Counter()
    types: Counter[tuple[str, str]] = Counter()
    for pair in _pairs(gold, found, scheme):
        expected, got = (span_name(span) for span in pair)
        types[expected, got] += 1
        fates[got if pair[0] is None else expected, fate_of(pair)] += 1
    kinds = sorted({kind for kind, _ in fates})
    rows = [[fates[kind, fate] for fate in FATES] for kind in kinds]
    total = [sum(column) for column in zip(*rows, strict=True)] or [0] * len(FATES)
    named = [(MICRO_AVERAGE, total)]
    named += [(f"{k} (type)" if k == MICRO_AVERAGE else k, row) for k, row in zip(kinds, rows, strict=True)]
    return tuple(SpanErrors(kind, *row) for kind, row in named), types


def token_confusions(gold: Tags, found: Tags) -> Counter[tuple[str, str]]:
    """How often which gold tag was found as which tag."""
    return Counter(pair for rows in zip(gold, found, strict=True) for pair in zip(*rows, strict=True))


def as_confusions(counts: Counter[tuple[str, str]]) -> tuple[Confusion, ...]:
    """The pairs that occur, the most frequent first, then in alphabetical order."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Confusion(gold, found, count) for (gold, found), count in ordered)


def span_name(span: Span | None) -> str:
    """The type of a span as tables show it; O without a span."""
    return OUTSIDE if span is None else span[2] or UNTYPED


def _pairs(gold: Tags, found: Tags, scheme: str) -> Iterator[Pair]:
    for expected, got in zip(gold, found, strict=True):
        yield from pair_spans(spans_of(expected, scheme), spans_of(got, scheme))


def _sharing(gold: Sequence[Span], found: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    """Gold and found spans that share a token; one way through both sides, for a sentence may be a whole book."""
    gold, found, first = sorted(gold), sorted(found), 0
    for span in gold:
        while first < len(found) and found[first][1] <= span[0]:
            first += 1
        place = first
        while place < len(found) and found[place][0] < span[1]:
            yield span, found[place]
            place += 1


def _overlap(one: Span, other: Span) -> float:
    """Tokens of both / tokens of either; equal shares are equal floats, for each is the nearest to one fraction."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return shared / (one[1] - one[0] + other[1] - other[0] - shared)
