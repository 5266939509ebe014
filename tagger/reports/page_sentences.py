"""The worst sentences to text with marks: gold above the words, what was found below them, filled where they differ.

Only words that carry a mark stand in boxes, whose base line is that of their word.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import chain

from tagger.analysis import SentenceSpan, TaskAnalysis, WorstSentence
from tagger.reports.page_elements import count, folded, paragraph, text

AT_ONCE = 5
"""Sentences that are shown; the rest are folded."""
MOST_TOKENS = 200
"""Of one sentence; what follows is counted only."""

PLAIN_CLASSES = GOLD_TAG, FOUND_TAG = "k0", "k1"
"""Classes of plain tags: two of those of spans."""
LABEL_MARGIN = 2
"""So many letters more than a label must the words have that it stands over."""


def worst_sentences(analysis: TaskAnalysis) -> str:
    """The sentences of a task, "" without any."""
    sentences = analysis.worst
    if not sentences:
        return ""
    classes = label_classes(analysis)
    written = [_sentence(own, classes, spans=bool(analysis.spans)) for own in sentences]
    hint = "Above the words: gold. Below: found. Filled where the two differ. The most surprising mistakes come first."
    rest = written[AT_ONCE:]
    return paragraph(hint) + "".join(written[:AT_ONCE]) + folded(f"{len(rest)} more", "".join(rest))


def label_classes(analysis: TaskAnalysis) -> dict[str, str]:
    """The style class of each type of span in the sentences of a task: k0, k1, ... in alphabetical order."""
    spans = chain.from_iterable((*own.gold_spans, *own.found_spans) for own in analysis.worst)
    kinds = sorted({span.label for span in spans} | {own.kind for own in analysis.spans[1:]})
    return {kind: f"k{number}" for number, kind in enumerate(kinds)}


def _sentence(own: WorstSentence, classes: Mapping[str, str], *, spans: bool) -> str:
    known = [f"sentence {own.number:,}", own.where, own.document and f"document {own.document}"]
    known += [count(own.errors, "error"), f"surprise {own.surprise:.1f} nats"]
    caption = " <span>·</span> ".join(text(part) for part in known if part)
    kept: set[int] = set()
    if spans:
        gold = _span_marks(own.gold_spans, own.found_spans, own.tokens, classes, "gold")
        found = _span_marks(own.found_spans, own.gold_spans, own.tokens, classes, "found")
        for span in (*own.gold_spans, *own.found_spans):
            kept.update(range(span.start, span.start + _label_words(span, own.tokens) - 1))
    else:
        gold = _tag_marks(own.gold, own.found, GOLD_TAG, "gold")
        found = _tag_marks(own.found, own.gold, FOUND_TAG, "found")
    return (
        f'<figure class="sentence">\n<figcaption>{caption}</figcaption>\n'
        f'<p dir="auto">{_words(own.tokens, gold, found, kept)}</p>\n</figure>\n'
    )


def _words(
    tokens: Sequence[str], gold: Mapping[int, str], found: Mapping[int, str], kept: Container[int]
) -> str:
    """The words with what stands above and below them; a box holds the space behind its word, so that bars join.

    kept: the words that the next one stays on one line with.
    """
    parts, open_before = [], False
    for place, token in enumerate(tokens[:MOST_TOKENS]):
        stays = place in kept and place + 1 < MOST_TOKENS
        if place in gold or place in found:
            word = f"{gold.get(place, '')}<span>{text(token)} </span>{found.get(place, '')}"
            word = f'<span class="w">{word}</span>'
        else:
            word = f"{text(token)} "
        begin = '<span class="keep">' if stays and not open_before else ""
        parts.append(f"{begin}{word}{'</span>' if open_before and not stays else ''}")
        open_before = stays
    if len(tokens) > MOST_TOKENS:
        parts.append(f"… and {len(tokens) - MOST_TOKENS:,} more")
    return "".join(parts).rstrip()


def _label_words(span: SentenceSpan, tokens: Sequence[str]) -> int:
    """How many words of a span its label stands over; 0: it is longer than all of them, and makes the first wider."""
    width = 0
    for number, token in enumerate(tokens[span.start : span.end], 1):
        width += len(token) + 1
        if width >= len(span.label) + LABEL_MARGIN:
            return number
    return 0


def _span_marks(
    spans: Iterable[SentenceSpan],
    others: Sequence[SentenceSpan],
    tokens: Sequence[str],
    classes: Mapping[str, str],
    side: str,
) -> dict[int, str]:
    """Token -> its piece of the bar of the span that it is in; the label stands on the first piece."""
    marks = {}
    for span in spans:
        wrong = span not in others
        for place in range(span.start, span.end):
            kinds = [side, classes[span.label], *["wrong"] * wrong, *["last"] * (place == span.end - 1)]
            label = ""
            if place == span.start:
                label = _label(span.label, side)
                label = f'<span class="over">{label}</span>' if _label_words(span, tokens) > 1 else label
            marks[place] = f'<bdi class="{" ".join(kinds)}">{label}</bdi>'
    return marks


def _tag_marks(tags: Sequence[str], others: Sequence[str], kind: str, side: str) -> dict[int, str]:
    """Token -> its tag, where the other side has another."""
    both = zip(tags, others, strict=True)
    begin = f'<bdi class="{side} {kind} wrong last">'
    return {
        place: f"{begin}{_label(tag, side)}</bdi>" for place, (tag, other) in enumerate(both) if tag != other
    }


def _label(label: str, side: str) -> str:
    """A label; those who do not see where it stands are told its side."""
    return f'<span class="unseen">{side}: </span>{text(label)}'
