"""Sentences to what a data card says of them: sizes, labels, entities, and forms that training has not seen."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tagger.text.schemes import NONE, count_spans
from tagger.text.sentences import Sentence


@dataclass(frozen=True, slots=True)
class SplitStatistics:
    """One split in numbers. The last two are None for the training split, and without one."""

    sentences: int
    tokens: int
    forms: int  # distinct tokens
    labels: dict[str, dict[str, int]] = field(
        default_factory=dict
    )  # column -> tag -> tokens, most frequent first
    entities: dict[str, dict[str, int]] = field(default_factory=dict)  # span column -> type -> spans
    unseen_forms: int | None = None  # distinct tokens that are not in the training split
    unseen_tokens: int | None = None  # tokens of such forms


def statistics_of(
    sentences: Sequence[Sentence], schemes: Mapping[str, str], *, seen: frozenset[str] | None = None
) -> SplitStatistics:
    """The statistics of one split; `seen` are the forms of the training split."""
    forms = Counter(token for sentence in sentences for token in sentence.tokens)
    unseen = None if seen is None else {form: count for form, count in forms.items() if form not in seen}
    labels, entities = {}, {}
    for column, scheme in schemes.items():
        labels[column] = dict(Counter(t for s in sentences for t in s.tags[column]).most_common())
        if scheme != NONE:
            entities[column] = dict(count_spans(s.tags[column] for s in sentences).most_common())
    return SplitStatistics(
        sentences=len(sentences),
        tokens=forms.total(),
        forms=len(forms),
        labels=labels,
        entities=entities,
        unseen_forms=None if unseen is None else len(unseen),
        unseen_tokens=None if unseen is None else sum(unseen.values()),
    )
