"""Scores and chosen tags to how probable they are, a token or a span of tokens at a time; float64.

Heads that score each token alone: the tokens of a span are independent, so their probabilities multiply. A token's are
    word           the softmax of its scores
    squared-error  its sigmoid outputs divided by their sum
    tags-margin    the softmax of its scores; a margin is no likelihood: before a temperature is fitted they only rank
Sentence-level heads: the share of a tag, or of a segment of tags, among all allowed paths (forward-backward recursion).

All scores, logs of sigmoid outputs and transitions included, are first divided by the task's temperature (Guo et al.
2017, "On Calibration of Modern Neural Networks"): above 1 it makes probabilities more even, below 1 more extreme. The
best path stays the best.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tagger.inference.decoding import Array, Chain, Decoder, Numbers, counts_by_place, groups, path_terms

Wide = NDArray[np.float64]

STEP_NUMBERS = 32_768
"""float64 numbers in one step of a batch of sentences (labels x labels x sentences)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Log probabilities of the chosen tags, in three parts that add up along any segment [i, j] of a sentence:

    before[i] + the sum of step[i + 1] ... step[j] + after[j].
    """

    before: Sequence[float]
    step: Sequence[float]
    after: Sequence[float]

    def segment(self, start: int, end: int) -> float:
        """The probability that exactly the chosen tags stand on the tokens from `start` to before `end`."""
        log = math.fsum((self.before[start], *self.step[start + 1 : end], self.after[end - 1]))
        return math.exp(min(log, 0.0))

    def tokens(self) -> list[float]:
        """The probability of each chosen tag."""
        return [math.exp(min(a + b, 0.0)) for a, b in zip(self.before, self.after, strict=True)]


class WideChain(NamedTuple):
    """A `Chain` in float64."""

    start: Wide
    pairs: Wide
    end: Wide


def weigh(decoder: Decoder, scores: Array, lengths: Numbers, tags: Numbers) -> list[Evidence]:
    """The evidence for the chosen `tags`, a sentence each. Shapes: scores [N, K]; lengths, sum N; tags [N]."""
    before, step, after = _parts(decoder, scores, lengths, tags, decoder.task.temperature).tolist()
    ends = np.cumsum(lengths).tolist()
    spans = [slice(end - length, end) for end, length in zip(ends, lengths.tolist(), strict=True)]
    return [Evidence(before[span], step[span], after[span]) for span in spans]


def log_probabilities(
    decoder: Decoder, scores: Array, lengths: Numbers, tags: Numbers, *, temperature: float
) -> Wide:
    """The log probability of any `tags`, a token at a time; -inf for one that no allowed path has.

    Shapes: scores [N, K]; lengths of the sentences, sum N; tags [N]; result [N].
    """
    before, _, after = _parts(decoder, scores, lengths, tags, temperature)
    result: Wide = np.minimum(before + after, 0.0)
    return result


def _parts(decoder: Decoder, scores: Array, lengths: Numbers, tags: Numbers, temperature: float) -> Wide:
    """The parts of the evidence for `tags`. Shapes: scores [N, K]; tags [N]; result [3, N]."""
    if decoder.sentence_level and decoder.chain is not None and decoder.free is not None:
        chain, free = (_divided(c, temperature) for c in (decoder.chain, decoder.free))
        return _of_paths(scores.astype(np.float64) / temperature, lengths, tags, chain, free)
    log = _of_tokens(path_terms(scores, decoder.task.objective), tags, temperature)
    return np.stack([log, log, np.zeros_like(log)])


def _divided(chain: Chain, temperature: float) -> WideChain:
    """The chain with all scores divided by `temperature`; what is forbidden stays so."""
    return WideChain(
        *(part.astype(np.float64) / temperature for part in (chain.start, chain.pairs, chain.end))
    )


def _of_tokens(terms: Array, tags: Numbers, temperature: float) -> Wide:
    """The log probability of each chosen tag under softmax. Shapes: terms [N, K]; tags [N]; result [N]."""
    wide = (terms - terms.max(axis=1, keepdims=True).astype(np.float64)) / temperature
    chosen: Wide = np.take_along_axis(wide, tags[:, None], axis=1)[:, 0] - np.log(np.exp(wide).sum(axis=1))
    return chosen


def _of_paths(scores: Wide, lengths: Numbers, tags: Numbers, chain: WideChain, free: WideChain) -> Wide:
    """The parts of the evidence for the chosen paths. Shapes: scores [N, K]; tags [N]; result [3, N]."""
    result: Wide = np.zeros((3, len(scores)))
    by_label = np.ascontiguousarray(scores.T)  # [K, N]
    starts = np.cumsum(lengths) - lengths
    for group in groups(lengths, STEP_NUMBERS // scores.shape[1] ** 2):
        impossible = _fill(result, by_label, starts[group], lengths[group], tags, chain)
        if impossible.any():
            _fill(result, by_label, starts[group][impossible], lengths[group][impossible], tags, free)
    return result


def _fill(
    result: Wide, scores: Wide, starts: Numbers, lengths: Numbers, tags: Numbers, chain: WideChain
) -> NDArray[np.bool_]:
    """Write the evidence of sentences (from long to short); says which have no allowed path at all.

    Shapes: result [3, N]; scores [K, N]; tags [N].
    """
    counts = counts_by_place(lengths)
    forward = _forward(scores, starts, counts, chain)
    total = np.empty(len(lengths))  # log partition
    backward = np.empty((len(scores), 0))
    ahead: Numbers = np.empty(0, np.intp)  # tokens at the place after this one
    for place in range(len(counts) - 1, -1, -1):
        here = starts[: counts[place]] + place
        ending = np.repeat(chain.end[:, None], counts[place] - len(ahead), axis=1)
        total[len(ahead) : counts[place]] = log_sum(forward[place][:, len(ahead) :] + ending)
        after = scores[:, ahead] + backward  # [to, sentences that go on]
        going = log_sum(
            np.ascontiguousarray(chain.pairs.T)[:, :, None] + after[:, None, :]
        )  # [from, going on]
        backward = np.concatenate([going, ending], axis=1)
        columns = np.arange(len(here))
        result[0, here] = forward[place][tags[here], columns]
        result[1, ahead] = chain.pairs[tags[here[: len(ahead)]], tags[ahead]] + scores[tags[ahead], ahead]
        result[2, here] = backward[tags[here], columns] - np.maximum(total[: len(here)], -1e300)
        ahead = here
    return np.isneginf(total)


def _forward(scores: Wide, starts: Numbers, counts: list[int], chain: WideChain) -> list[Wide]:
    """The log sum over the paths up to each place that end in each tag, its score included: [K, sentences] a place."""
    value: Wide = chain.start[:, None] + scores[:, starts]
    values = [value]
    for place, count in enumerate(counts[1:], start=1):
        before = value[:, None, :count]  # [from, 1, sentences]
        value = log_sum(chain.pairs[:, :, None] + before) + scores[:, starts[:count] + place]
        values.append(value)
    return values


def log_sum(values: Wide) -> Wide:
    """The log of the summed exp over the first axis, which is summed in its order; -inf where all are -inf."""
    top = np.maximum(values.max(axis=0), -1e300)
    weights = np.exp(values - top)
    alone = weights.shape[-1] == 1  # `reduce` adds a lone column in another order
    sums = np.add.accumulate(weights, axis=0)[-1] if alone else np.add.reduce(weights, axis=0)
    with np.errstate(divide="ignore"):
        result: Wide = np.log(sums) + top
    return result
