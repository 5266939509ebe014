"""Tags and a least probability to the tags that are certain enough: less probable spans and tags are left out.

A span counts as a whole: with the probability that exactly its tags stand on exactly its tokens.
"""

from collections.abc import Sequence

import numpy as np

from tagger.errors import SettingsError
from tagger.inference.decoding import Array, Decoder, Numbers
from tagger.inference.probabilities import Evidence, log_probabilities, weigh
from tagger.text.schemes import NONE, OUTSIDE, spans_of, tags_of

NO_TAG = ""
"""Of a token whose tag is left out, in a task without spans."""


def check_probability(least: float) -> None:
    """Raises SettingsError for what is no probability."""
    if not 0 <= least <= 1:
        raise SettingsError("min_probability", "a number from 0 to 1", str(least))


def leave_out_uncertain(
    tags: list[str],
    least: float,
    *,
    decoder: Decoder,
    scores: Array,
    lengths: Numbers,
    numbers: Numbers,
    evidence: Sequence[Evidence] | None = None,
) -> None:
    """Change `tags`, those of all tokens: spans (in a task without any: tags) less probable than `least` are left out.

    numbers: of the tags. evidence: of each sentence, if it is known already.
    Shapes: scores [N, K]; lengths of the sentences, sum N; numbers [N].
    """
    if decoder.task.scheme == NONE:
        temperature = decoder.task.temperature
        chances = np.exp(log_probabilities(decoder, scores, lengths, numbers, temperature=temperature))
        for place in np.flatnonzero(chances < least).tolist():
            tags[place] = NO_TAG
        return
    ends = np.cumsum(lengths).tolist()
    places = [slice(end - length, end) for end, length in zip(ends, lengths.tolist(), strict=True)]
    found = [sentence for sentence, place in enumerate(places) if set(tags[place]) - {OUTSIDE}]
    if evidence is None:  # only of the sentences that have spans
        chosen = np.zeros(len(lengths), bool)
        chosen[found] = True
        part = np.repeat(chosen, lengths)
        weighed = weigh(decoder, scores[part], lengths[chosen], numbers[part])
    else:
        weighed = [evidence[sentence] for sentence in found]
    for sentence, own in zip(found, weighed, strict=True):
        here = places[sentence]
        tags[here] = certain_spans(tags[here], own, decoder.task.scheme, least)


def certain_spans(tags: list[str], evidence: Evidence, scheme: str, least: float) -> list[str]:
    """The tags of one sentence with "O" in place of the spans that are less probable than `least`.

    They keep to the scheme: in IOB1 a span that lost the one before it begins with I again.
    """
    spans = spans_of(tags, scheme)
    kept = [(start, end, label) for start, end, label in spans if evidence.segment(start, end) >= least]
    return tags if len(kept) == len(spans) else tags_of(kept, len(tags), scheme)
