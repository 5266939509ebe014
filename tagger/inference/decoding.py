"""Scores of labels to tags: the best label of each token, or the best allowed path of each sentence (Viterbi).

Sentences are decoded side by side, longest first, so that one NumPy call takes a step in many of them. Every operation
works number by number or sums in a fixed order: a sentence gets the same path in any company.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tagger.inference.first_layer import weight
from tagger.inference.kernels import Kernels, compiled
from tagger.saved import SavedModel, TaskDescription
from tagger.text.schemes import NONE, allowed_transitions

Array = NDArray[np.float32]
Numbers = NDArray[np.intp]

STEP_NUMBERS = 65_536
"""float32 numbers in one step of a batch of sentences (labels x labels x sentences): they stay in the cache."""
LOWEST = np.float32(-1e30)
"""Stands for -inf where a sentence has no allowed path at all, so that no difference of infinities arises."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Scores of the first tag [K], of each pair [K, K] (from, to) and of the last tag [K]; -inf where forbidden."""

    start: Array
    pairs: Array
    end: Array


@dataclass(frozen=True, slots=True)
class Decoder:
    """How one task's scores become tags.

    `chain` is what the best path is looked for with, None where every token stands for itself; `free` the same
    without forbidden transitions, for the rare sentence that has no allowed path (say, "O" is no label of the task).
    """

    task: TaskDescription
    chain: Chain | None
    free: Chain | None
    sentence_level: bool
    kernels: Kernels | None = None  # compiled loops, with the same result

    def best(self, scores: Array, lengths: Numbers) -> Numbers:
        """The label number of each token. Shapes: scores [N, K]; lengths of the sentences, sum N; result [N]."""
        if self.chain is None or self.free is None:
            return self._labels(scores)
        if self.sentence_level:
            return self._paths(scores, lengths, self.chain, self.free)
        tags = self._labels(scores)  # whatever the objective, the path of highest score where it is allowed
        broken = _broken(tags, lengths, self.chain)
        if broken.any():
            part = np.repeat(broken, lengths)
            terms = path_terms(scores[part], self.task.objective)
            tags[part] = self._paths(terms, lengths[broken], self.chain, self.free)
        return tags

    def _labels(self, scores: Array) -> Numbers:
        return best_labels(scores) if self.kernels is None else self.kernels.best_labels(scores)

    def _paths(self, scores: Array, lengths: Numbers, chain: Chain, free: Chain) -> Numbers:
        if self.kernels is None:
            return best_paths(scores, lengths, chain, free)
        tags, lost = self.kernels.best_paths(
            scores, lengths, chain.start, chain.pairs, chain.end, lowest=float(LOWEST)
        )
        if lost.any():
            part = np.repeat(lost, lengths)
            tags[part] = self._paths(scores[part], lengths[lost], free, free)
        return tags


def build_decoder(model: SavedModel, task: TaskDescription) -> Decoder:
    """The decoder of `task`, with the transition scores of the model. Raises ModelError where they do not fit."""
    labels, sentence_level = len(task.labels), task.objective == "sentence"
    if not sentence_level and task.scheme == NONE:
        return Decoder(task, None, None, False, compiled())
    table = np.zeros((labels + 1, labels), np.float32)
    if sentence_level:
        table = weight(model, f"heads.{task.name}.transitions", labels + 1, labels)
    start, pairs, end = (np.asarray(part, bool) for part in allowed_transitions(task.labels, task.scheme))
    never = np.float32(-np.inf)
    zero = np.zeros(labels, np.float32)
    chain = Chain(
        np.where(start, table[labels], never),
        np.where(pairs, table[:labels], never),
        np.where(end, zero, never),
    )
    return Decoder(task, chain, Chain(table[labels], table[:labels], zero), sentence_level, compiled())


def path_terms(scores: Array, objective: str) -> Array:
    """What each token's labels add to the score of a path: log sigmoid outputs for squared-error, else the scores.

    The softmax of the result are the label probabilities of a token on its own (squared-error: the outputs divided by
    their sum), which pick the same paths. Shapes: scores [N, K]; result [N, K].
    """
    if objective != "squared-error":
        return scores
    result: Array = np.minimum(scores, 0) - np.log1p(np.exp(-np.abs(scores)))  # cannot overflow
    return result


def _broken(tags: Numbers, lengths: Numbers, chain: Chain) -> NDArray[np.bool_]:
    """Which sentences' tags take a forbidden transition. Shapes: tags [N]; result as lengths."""
    filled = lengths > 0
    ends = np.cumsum(lengths)[filled]
    starts = ends - lengths[filled]
    wrong = np.empty(len(tags), bool)
    wrong[1:] = np.isneginf(chain.pairs[tags[:-1], tags[1:]])
    wrong[starts] = np.isneginf(chain.start[tags[starts]])
    wrong[ends - 1] |= np.isneginf(chain.end[tags[ends - 1]])
    result = np.zeros(len(lengths), bool)
    if len(starts):
        result[filled] = np.logical_or.reduceat(wrong, starts)
    return result


def best_labels(scores: Array) -> Numbers:
    """The label number of highest score of each token, the lowest of equal ones. Shapes: scores [N, K]; result [N]."""
    best: Numbers = scores.argmax(axis=1)
    return best


def best_paths(scores: Array, lengths: Numbers, chain: Chain, free: Chain) -> Numbers:
    """The label numbers of each sentence's path of highest score (Collobert et al. 2011, eq. 15).

    A path's score is start + the sum of its tokens' scores and its pairs' + end; of equal paths the lower numbers win.
    Shapes: scores [N, K]; lengths of the sentences, sum N; result [N].
    """
    result: Numbers = np.zeros(len(scores), np.intp)
    by_label = np.ascontiguousarray(scores.T)  # [K, N]
    starts = np.cumsum(lengths) - lengths
    for group in groups(lengths, STEP_NUMBERS // scores.shape[1] ** 2):
        lost = _fill_paths(result, by_label, starts[group], lengths[group], chain)
        if lost.any():
            _fill_paths(result, by_label, starts[group][lost], lengths[group][lost], free)
    return result


def groups(lengths: Numbers, size: int) -> Iterator[Numbers]:
    """Numbers of sentences of like length, longest first, `size` (at least 16) at a time; empty ones left out."""
    order = np.argsort(-lengths, kind="stable")
    order = order[: int(np.count_nonzero(lengths))]
    step = max(size, 16)
    for first in range(0, len(order), step):
        yield order[first : first + step]


def counts_by_place(lengths: Numbers) -> list[int]:
    """How many sentences have a token at place 0, 1, ...; `lengths` from long to short."""
    places = np.arange(int(lengths[0]))
    counts: list[int] = (len(lengths) - np.searchsorted(lengths[::-1], places, side="right")).tolist()
    return counts


def _fill_paths(
    result: Numbers, scores: Array, starts: Numbers, lengths: Numbers, chain: Chain
) -> NDArray[np.bool_]:
    """Write the best paths of sentences (from long to short) into `result`; says which have no allowed path.

    Shapes: result [N]; scores [K, N].
    """
    counts = counts_by_place(lengths)
    values = _forward(scores, starts, counts, chain)
    lost = np.zeros(len(lengths), bool)
    tags: Numbers = np.empty(0, np.intp)
    for place in range(len(counts) - 1, -1, -1):
        value, going = values[place], len(tags)  # [K, sentences here]; the first `going` of them go on
        ending = value[:, going:] + chain.end[:, None]
        lost[going : counts[place]] = np.isneginf(ending.max(axis=0))
        tags = np.concatenate(
            [(value[:, :going] + chain.pairs[:, tags]).argmax(axis=0), ending.argmax(axis=0)]
        )
        result[starts[: len(tags)] + place] = tags
    return lost


def _forward(scores: Array, starts: Numbers, counts: list[int], chain: Chain) -> list[Array]:
    """The best score of a path up to each place that ends in each tag, less the best of all: [K, sentences] a place."""
    labels = len(scores)
    pairs = chain.pairs[:, :, None]  # [from, to, 1]
    room = np.empty(labels * labels * counts[0], np.float32)
    value = chain.start[:, None] + scores[:, starts]
    values = [value]
    for place, count in enumerate(counts[1:], start=1):
        work = room[: labels * labels * count].reshape(labels, labels, count)
        np.add(pairs, value[:, None, :count], out=work)  # [from, to, sentences]
        value = work.max(axis=0)
        value += scores[:, starts[:count] + place]
        value -= np.maximum(value.max(axis=0), LOWEST)  # keeps its precision in a sentence of any length
        values.append(value)
    return values
