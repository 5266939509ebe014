"""Gold tags and those of two models, A and B, to a comparison: scores, tests, and where they differ."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from tagger.analysis import Agreement, DifferingSentence, SentenceSpan, TaskComparison
from tagger.errors import ShapeError
from tagger.evaluation.intervals import by_document, change, document_numbers, interval, sentence_counts
from tagger.evaluation.paired_tests import mcnemar, permutation_test
from tagger.evaluation.span_errors import RIGHT, fate_of, pair_spans, span_name
from tagger.text.schemes import NONE, spans_of
from tagger.text.sentences import Sentence

Tags = Sequence[Sequence[str]]


class Compared(NamedTuple):
    """The tags of one task in one scheme: gold, A's and B's; a list for each sentence."""

    gold: Tags
    a: Tags
    b: Tags
    scheme: str


def compare_task(
    task: str, sentences: Sequence[Sentence], tags: Compared, *, differences: int | None = None
) -> TaskComparison:
    """The comparison of A and B on `sentences`, with their largest `differences` (None: all of them).

    Documents are resampled and exchanged whole where they are known, as `document_numbers` says, else sentences.
    Raises ShapeError where sizes differ.
    """
    if not len(sentences) == len(tags.gold) == len(tags.a) == len(tags.b):
        raise ShapeError(f"expected tags of {len(sentences)} sentences", where=f"task {task}")
    gold, a_tags, b_tags = ([tuple(row) for row in own] for own in tags[:3])
    tags = Compared(gold, a_tags, b_tags, tags.scheme)
    by_sentence = [sentence_counts(tags.gold, own, scheme=tags.scheme) for own in (tags.a, tags.b)]
    documents = document_numbers(sentences)
    a, b = (by_document(counts, documents) for counts in by_sentence)
    test = permutation_test(a, b)
    tokens = _tokens(tags)
    differing = [
        number for number, (one, other) in enumerate(zip(tags.a, tags.b, strict=True)) if one != other
    ]
    found = [_difference(number, sentences[number], tags) for number in differing]
    found.sort(key=_smallness)
    return TaskComparison(
        task=task,
        score="accuracy" if tags.scheme == NONE else "f1",
        sentences=len(sentences),
        tokens=sum(map(len, tags.gold)),
        a=interval(a),
        b=interval(b),
        change=change(a, b),
        resampled="sentences" if documents is None else "documents",
        units=len(a),
        p=test.p,
        rounds=test.rounds,
        token_p=mcnemar(tokens.only_a, tokens.only_b),
        agreement=(_sentences(tags), tokens, *([] if tags.scheme == NONE else [_spans(tags)])),
        differing=len(differing),
        differences=tuple(found[:differences]),
    )


def _sentences(tags: Compared) -> Agreement:
    return _agreement("sentences", zip(tags.gold, tags.a, tags.b, strict=True))


def _tokens(tags: Compared) -> Agreement:
    rows = zip(tags.gold, tags.a, tags.b, strict=True)
    return _agreement("tokens", chain.from_iterable(zip(*row, strict=True) for row in rows))


def _agreement(of: str, things: Iterable[tuple[object, object, object]]) -> Agreement:
    """Shapes: `things` hold what is right, what A says and what B says."""
    both = only_a = only_b = alike = apart = 0
    for gold, a, b in things:
        if a == gold:
            both += b == gold
            only_a += b != gold
        elif b == gold:
            only_b += 1
        else:
            alike += a == b
            apart += a != b
    return Agreement(of, both, only_a, only_b, alike + apart, alike)


def _spans(tags: Compared) -> Agreement:
    both = only_a = only_b = neither = 0
    for gold, a, b in zip(tags.gold, tags.a, tags.b, strict=True):
        by_a, by_b = (set(spans_of(own, tags.scheme)) for own in (a, b))
        for span in spans_of(gold, tags.scheme):
            both += span in by_a and span in by_b
            only_a += span in by_a and span not in by_b
            only_b += span in by_b and span not in by_a
            neither += span not in by_a and span not in by_b
    return Agreement("gold spans", both, only_a, only_b, neither)


def _difference(number: int, sentence: Sentence, tags: Compared) -> DifferingSentence:
    gold, a, b = (tuple(own[number]) for own in (tags.gold, tags.a, tags.b))
    gold_spans, a_spans, b_spans = (_placed(own, tags.scheme) for own in (gold, a, b))
    line = sentence.line()
    return DifferingSentence(
        number=number + 1,
        where="" if line is None else f"{sentence.path}:{line}",
        document=sentence.document,
        tokens=tuple(sentence.tokens),
        gold=gold,
        a=a,
        b=b,
        gold_spans=gold_spans,
        a_spans=a_spans,
        b_spans=b_spans,
        a_errors=_errors(gold, a, tags.scheme),
        b_errors=_errors(gold, b, tags.scheme),
    )


def _placed(tags: Sequence[str], scheme: str) -> tuple[SentenceSpan, ...]:
    return tuple(SentenceSpan(span[0], span[1], span_name(span)) for span in spans_of(tags, scheme))


def _errors(gold: Sequence[str], found: Sequence[str], scheme: str) -> int:
    """What is wrong: tokens, or pairs of spans that are not right and spans without a pair."""
    if scheme == NONE:
        return sum(one != other for one, other in zip(gold, found, strict=True))
    pairs = pair_spans(spans_of(gold, scheme), spans_of(found, scheme))
    return sum(fate_of(pair) != RIGHT for pair in pairs)


def _smallness(found: DifferingSentence) -> tuple[int, int, int]:
    """Puts first what A and B get the most unlike numbers of things wrong in, then what they tag the most unlike."""
    unlike = sum(one != other for one, other in zip(found.a, found.b, strict=True))
    return -abs(found.a_errors - found.b_errors), -unlike, found.number
