"""Gold and predicted tags to scores: entities through seqeval, token accuracy on seen and unseen words.

The only door to seqeval. Its import takes about two seconds (scikit-learn), so it waits for the first spans.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable

from tagger.errors import ShapeError, TaggerError
from tagger.records import Counts, TaskScores

Tags = list[list[str]]
Span = tuple[object, ...]  # where it stands; equal spans are the same span

MICRO_AVERAGE = "all"
_PREFIXES = {"IOB1": "BI", "IOB2": "BI", "IOBES": "BIES"}


def score_task(
    task: str,
    gold: Tags,
    predicted: Tags,
    tokens: Tags,
    *,
    scheme: str,
    known_forms: Container[str],
    strict: bool = True,
) -> TaskScores:
    """The scores of one task: `gold` and `predicted` hold a tag for each of `tokens`, in `scheme`.

    scheme: "IOB1", "IOB2", "IOBES", or "none" for tags that do not mark spans (token accuracy alone).
    known_forms: the forms of the training data; the accuracy on seen words counts the tokens found there.
    strict: count entities by the strict reading too (it takes longer than the conlleval reading).

    Raises ShapeError where sizes differ, TaggerError for a tag that the scheme does not have.
    Source: conlleval (Tjong Kim Sang and Buchholz 2000) and strict mode as in seqeval 1.2.
    """
    _check_shapes(task, gold, predicted, tokens)
    correct = seen = correct_seen = 0
    for gold_tags, predicted_tags, forms in zip(gold, predicted, tokens, strict=True):
        for gold_tag, predicted_tag, form in zip(gold_tags, predicted_tags, forms, strict=True):
            right = gold_tag == predicted_tag
            correct += right
            if form in known_forms:
                seen += 1
                correct_seen += right
    spans = scheme != "none"
    if spans:
        _check_tags(task, gold, predicted, scheme)
    return TaskScores(
        task=task,
        sentences=len(tokens),
        tokens=sum(map(len, tokens)),
        correct_tokens=correct,
        seen_tokens=seen,
        correct_seen=correct_seen,
        conlleval=_counts(_conlleval_spans(gold), _conlleval_spans(predicted)) if spans else {},
        strict=_counts(_strict_spans(gold, scheme), _strict_spans(predicted, scheme))
        if spans and strict
        else {},
    )


def _conlleval_spans(tags: Tags) -> Iterable[tuple[str, Span]]:
    """Type and place of every span as the CoNLL script reads them: a broken sequence still makes spans."""
    from seqeval.metrics.sequence_labeling import get_entities

    flat = [tag for sentence in tags for tag in (*sentence, "O")]  # a span never crosses the added O
    return ((kind, (first, last)) for kind, first, last in get_entities(flat))


def _strict_spans(tags: Tags, scheme: str) -> Iterable[tuple[str, Span]]:
    """Type and place of every span that keeps the rules of `scheme` from its first to its last tag."""
    import seqeval.scheme

    entities = seqeval.scheme.Entities(tags, getattr(seqeval.scheme, scheme)).entities
    return ((entity.tag, entity.to_tuple()) for sentence in entities for entity in sentence)


def _counts(gold: Iterable[tuple[str, Span]], predicted: Iterable[tuple[str, Span]]) -> dict[str, Counts]:
    """Counts a type, types in alphabetical order after "all", their sum."""
    gold_spans, predicted_spans = _by_type(gold), _by_type(predicted)
    counts = {}
    for kind in sorted(gold_spans.keys() | predicted_spans.keys()):
        expected, found = gold_spans.get(kind, set()), predicted_spans.get(kind, set())
        counts[kind] = Counts(len(expected), len(found), len(expected & found))
    total = Counts(
        sum(count.gold for count in counts.values()),
        sum(count.predicted for count in counts.values()),
        sum(count.correct for count in counts.values()),
    )
    return {MICRO_AVERAGE: total} | {f"{k} (type)" if k == MICRO_AVERAGE else k: c for k, c in counts.items()}


def _by_type(spans: Iterable[tuple[str, Span]]) -> dict[str, set[Span]]:
    grouped: dict[str, set[Span]] = defaultdict(set)
    for kind, span in spans:
        grouped[kind].add(span)
    return grouped


def _check_shapes(task: str, gold: Tags, predicted: Tags, tokens: Tags) -> None:
    for name, tags in (("gold", gold), ("predicted", predicted)):
        if len(tags) != len(tokens):
            raise ShapeError(
                f"expected {len(tokens)} sentences of {name} tags, found {len(tags)}", where=f"task {task}"
            )
        for number, (row, forms) in enumerate(zip(tags, tokens, strict=True)):
            if len(row) != len(forms):
                where = f"task {task}, sentence {number}"
                raise ShapeError(f"expected {len(forms)} {name} tags, found {len(row)}", where=where)


def _check_tags(task: str, gold: Tags, predicted: Tags, scheme: str) -> None:
    """seqeval only warns about a tag that no scheme has, and then counts it as some span."""
    prefixes = _PREFIXES.get(scheme)
    if prefixes is None:
        raise TaggerError(
            f"expected a scheme of {', '.join(_PREFIXES)}, none, found {scheme}", where=f"task {task}"
        )
    allowed = re.compile(f"O|[{prefixes}](-.+)?", re.DOTALL)
    for name, tags in (("gold", gold), ("predicted", predicted)):
        wrong = sorted(tag for tag in set().union(*tags) if not allowed.fullmatch(tag))
        if wrong:
            hint = f"Convert the tags to {scheme} first, or score the column with scheme none."
            raise TaggerError(
                f"expected {name} tags of {scheme}, found {wrong[0]!r}", where=f"task {task}", hint=hint
            )
