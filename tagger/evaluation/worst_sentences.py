"""Tagged gold sentences to those that the model gets most wrong, with the spans of both sides."""

import heapq
import math
from collections.abc import Sequence

from tagger.analysis import SentenceSpan, WorstSentence
from tagger.evaluation.span_errors import RIGHT, fate_of, pair_spans, span_name
from tagger.text.schemes import NONE, spans_of
from tagger.text.sentences import Sentence

Tags = Sequence[Sequence[str]]

CERTAIN = 1e-9
"""The least chance that is granted to be wrong: a wrong tag surprises with 20.7 nats at most."""


def surprise(gold: Sequence[str], found: Sequence[str], chances: Sequence[float]) -> float:
    """How unlikely, to the model, are the mistakes it makes: the sum over wrong tokens of -log(1 - p), nats.

    chances: the probability p of each tag found. Without a wrong token 0; a sure mistake counts more than a guess.
    """
    rows = zip(gold, found, chances, strict=True)
    return math.fsum(-math.log(max(1 - chance, CERTAIN)) for a, b, chance in rows if a != b)


def worst_sentences(
    sentences: Sequence[Sentence],
    gold: Tags,
    found: Tags,
    chances: Sequence[float],
    *,
    scheme: str,
    most: int,
) -> tuple[WorstSentence, ...]:
    """Up to `most` sentences with a wrong token: the most surprising mistakes first, then the earlier sentence.

    chances: the probability of each tag found, of all sentences in their order. Shapes: [N].
    """
    ranked, start = [], 0
    for number, (expected, got) in enumerate(zip(gold, found, strict=True)):
        end = start + len(expected)
        if list(expected) != list(got):
            ranked.append((-surprise(expected, got, chances[start:end]), number))
        start = end
    chosen = heapq.nsmallest(most, ranked)
    return tuple(
        _record(sentences[number], number, gold[number], found[number], scheme, -least)
        for least, number in chosen
    )


def _record(
    sentence: Sentence, number: int, gold: Sequence[str], found: Sequence[str], scheme: str, surprising: float
) -> WorstSentence:
    line = sentence.line()
    spans = [spans_of(tags, scheme) for tags in (gold, found)]
    if scheme == NONE:
        errors = sum(a != b for a, b in zip(gold, found, strict=True))
    else:
        errors = sum(fate_of(pair) != RIGHT for pair in pair_spans(*spans))
    gold_spans, found_spans = (tuple(SentenceSpan(s[0], s[1], span_name(s)) for s in own) for own in spans)
    return WorstSentence(
        number=number + 1,
        where=f"{sentence.path}:{line}" if line is not None else "",
        document=sentence.document,
        tokens=tuple(sentence.tokens),
        gold=tuple(gold),
        found=tuple(found),
        gold_spans=gold_spans,
        found_spans=found_spans,
        errors=errors,
        surprise=surprising,
    )
