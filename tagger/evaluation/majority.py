"""Training tags to tags of other sentences without any context: each form's most frequent tag, each phrase's type.

What a model must beat to have learnt anything from context.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from tagger.text.schemes import NONE, Span, spans_of, tags_of

Rows = Iterable[Sequence[str]]
TagSentence = Callable[[Sequence[str]], list[str]]


def learn_majority(tokens: Rows, tags: Rows, *, scheme: str) -> TagSentence:
    """Returns a function from the tokens of a sentence to their tags, in the scheme of the training `tags`.

    Plain tags: `most_frequent_tags`; tags of spans: `known_phrases`. Without any training token every tag is "O".
    """
    if scheme == NONE:
        return most_frequent_tags(tokens, tags)
    return known_phrases(tokens, tags, scheme=scheme)


def most_frequent_tags(tokens: Rows, tags: Rows) -> TagSentence:
    """Returns a function that gives each form the tag that it has most often in training.

    Forms that training has not: the most frequent tag of all forms that are the same in lower case, else of all tokens.
    Of tags that are equally frequent, the one that is more frequent over all tokens, then the first in the alphabet.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for forms, row in zip(tokens, tags, strict=True):
        for form, tag in zip(forms, row, strict=True):
            counts[form][tag] += 1
    folded: defaultdict[str, Counter[str]] = defaultdict(Counter)
    overall: Counter[str] = Counter()
    for form, own in counts.items():
        folded[form.lower()].update(own)
        overall.update(own)

    def best(found: Counter[str]) -> str:
        return min(found, key=lambda tag: (-found[tag], -overall[tag], tag), default="O")

    known = {form: best(own) for form, own in counts.items()}
    known_folded = {form: best(own) for form, own in folded.items()}
    other = best(overall)
    return lambda forms: [known.get(form, known_folded.get(form.lower(), other)) for form in forms]


def known_phrases(tokens: Rows, tags: Rows, *, scheme: str) -> TagSentence:
    """Returns a function that marks the phrases that are spans in training, from left to right, the longest first.

    A phrase gets the type that it has most often as a span in training, of equally frequent ones the first in the
    alphabet; how often it stands there outside of spans does not count. Case matters.

    Source: the baseline of the shared task CoNLL-2003 (Tjong Kim Sang and De Meulder 2003, section 3). The paper says
    that only phrases of one type are marked; the figures that were published with its data (eng.testa: precision
    78.33, recall 65.23, F1 71.18) are those of the most frequent type, to the last span of each type. With phrases
    of one type alone they would be 79.35, 60.74 and 68.81.
    """
    counts: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for forms, row in zip(tokens, tags, strict=True):
        for start, end, kind in spans_of(row, scheme):
            counts[tuple(forms[start:end])][kind] += 1
    kinds = {phrase: min(own, key=lambda kind: (-own[kind], kind)) for phrase, own in counts.items()}
    sizes: defaultdict[str, set[int]] = defaultdict(set)
    for phrase in kinds:
        sizes[phrase[0]].add(len(phrase))
    longest_first = {form: sorted(found, reverse=True) for form, found in sizes.items()}

    def spans(forms: Sequence[str]) -> Iterable[Span]:
        start = 0
        while start < len(forms):
            phrases = (tuple(forms[start : start + size]) for size in longest_first.get(forms[start], ()))
            phrase = next((found for found in phrases if found in kinds), ())
            if phrase:
                yield start, start + len(phrase), kinds[phrase]
            start += max(len(phrase), 1)

    return lambda forms: tags_of(spans(forms), len(forms), scheme)
