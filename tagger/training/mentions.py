"""A corpus to its mentions, and to a corpus in which some of them are replaced by others of the same type.

Which spans are mentions: of the tasks whose tags mark spans, those of the task whose spans cover the fewest tokens (the
first of equals): entities are rarer than chunks. A mention comes with the tags that all other tasks have on it. So that
these stay what their schemes allow, it only replaces a mention round which the other tasks' spans run on in the same
way: a noun phrase that goes on after the one goes on after the other.
Source: mention replacement, Dai and Adel 2020, "An Analysis of Simple Data Augmentation for Named Entity Recognition".
There the other mention is drawn by how often it occurs; here each distinct one is as likely as the next, so that rare
names are seen more often.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tagger.saved import TaskDescription
from tagger.text.schemes import IOB1, NONE, spans_of, split_tag
from tagger.training.batches import EncodedCorpus

Numbers = NDArray[np.int64]

OUTSIDE = -1
"""Number of the type of a token outside all spans."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """The M mentions of a corpus, in order, and the D distinct ones by which others of their group are replaced.

    A group has the mentions of one type with the same surroundings; its distinct ones stand together.
    """

    task: str
    starts: Numbers  # [M], place of the first token in the corpus
    ends: Numbers  # [M], place after the last token
    firsts: Numbers  # [M], where the distinct mentions of its group begin
    sizes: Numbers  # [M], how many they are
    own: Numbers  # [M], its own place among them
    distinct: Numbers  # [D], number of the first mention with these forms
    first_tag_stays: bool  # IOB1: the first tag belongs to the place, it depends on the tag before


@dataclass(frozen=True, slots=True)
class _Spans:
    """Where one task's spans are: the type of each token's, and whether a span runs on from the token before."""

    types: Numbers  # [words]
    runs_on: NDArray[np.bool_]  # [words + 1]


def find_mentions(corpus: EncodedCorpus, tasks: Sequence[TaskDescription]) -> Mentions | None:
    """The mentions of `corpus`, whose labels are those of `tasks`; None where no task has any."""
    found = {task.name: _spans(corpus, task) for task in tasks if task.scheme != NONE}
    covered = {name: np.count_nonzero(spans.types != OUTSIDE) for name, spans in found.items()}
    if not any(covered.values()):
        return None
    name = min((name for name in found if covered[name]), key=covered.__getitem__)
    inside, runs_on = found[name].types != OUTSIDE, found[name].runs_on
    starts = np.flatnonzero(inside & ~runs_on[:-1])
    ends = np.flatnonzero(inside & ~runs_on[1:]) + 1
    schemes = {task.name: task.scheme for task in tasks}
    keys = [found[name].types[starts]]
    for other, spans in found.items():
        if other != name:
            keys += _surroundings(spans, starts, ends, corpus.starts, whole=schemes[other] == IOB1)
    groups = np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)[1].reshape(-1)  # [M]
    places: list[dict[bytes, int]] = [{} for _ in range(int(groups.max()) + 1)]  # forms -> place in the group
    distinct: list[list[int]] = [[] for _ in places]
    own = np.zeros(len(starts), np.int64)
    for number, (group, start, end) in enumerate(zip(groups, starts, ends, strict=True)):
        known, forms = places[group], corpus.forms[start:end].tobytes()
        own[number] = known.setdefault(forms, len(known))
        if own[number] == len(distinct[group]):
            distinct[group].append(number)
    sizes = np.array([len(members) for members in distinct])
    return Mentions(
        name,
        starts,
        ends,
        (np.cumsum(sizes) - sizes)[groups],
        sizes[groups],
        own,
        np.concatenate([np.array(members) for members in distinct]),
        schemes[name] == IOB1,
    )


def swap_mentions(
    corpus: EncodedCorpus, mentions: Mentions, rate: float, generator: np.random.Generator
) -> EncodedCorpus:
    """`corpus` with a share `rate` of its mentions replaced; one that is alone in its group stays.

    All labels come along with the tokens that they stand on.
    """
    chosen = np.flatnonzero((generator.random(len(mentions.starts)) < rate) & (mentions.sizes > 1))  # [C]
    others = generator.integers(0, mentions.sizes[chosen] - 1)
    others += others >= mentions.own[chosen]  # any but the mention itself
    donors = mentions.distinct[mentions.firsts[chosen] + others]
    starts, ends = mentions.starts[chosen], mentions.ends[chosen]
    grown = (mentions.ends - mentions.starts)[donors] - (ends - starts)  # [C], tokens more than before
    pieces = np.empty(2 * len(chosen) + 1, np.int64)  # kept, inserted, kept, ..., kept
    stops = np.empty_like(pieces)
    pieces[0::2], stops[0::2] = np.append(0, ends), np.append(starts, corpus.words)
    pieces[1::2], stops[1::2] = mentions.starts[donors], mentions.ends[donors]
    lengths = stops - pieces
    begins = np.cumsum(lengths) - lengths  # where each piece begins in the result
    origins = np.repeat(pieces - begins, lengths) + np.arange(lengths.sum())  # [words of the result]
    labels = {task: values[origins] for task, values in corpus.labels.items()}
    if mentions.first_tag_stays:
        labels[mentions.task][begins[1::2]] = corpus.labels[mentions.task][starts]
    before = np.searchsorted(starts, corpus.starts)  # replaced mentions in front of each sentence
    return replace(
        corpus,
        forms=corpus.forms[origins],
        starts=corpus.starts + np.append(0, np.cumsum(grown))[before],
        labels=labels,
    )


def _spans(corpus: EncodedCorpus, task: TaskDescription) -> _Spans:
    marks = [split_tag(label) for label in task.labels]
    kinds = sorted({mark[1] for mark in marks if mark and mark[0] != "O"})
    types = np.array([kinds.index(m[1]) if m and m[0] != "O" else OUTSIDE for m in marks], np.int64)
    follows = np.zeros((len(types), len(types)), bool)  # [K, K]
    for a, before in enumerate(task.labels):
        for b, label in enumerate(task.labels):
            follows[a, b] = len(spans_of((before, label), task.scheme)) == 1 and OUTSIDE not in types[[a, b]]
    labels = corpus.labels[task.name]
    runs_on = np.zeros(len(labels) + 1, bool)
    runs_on[1:-1] = follows[labels[:-1], labels[1:]]
    runs_on[corpus.starts] = False
    return _Spans(types[labels], runs_on)


def _surroundings(
    spans: _Spans, starts: Numbers, ends: Numbers, sentences: Numbers, *, whole: bool
) -> list[Numbers]:
    """Types of the spans that run across the two edges of each mention; if `whole` also of the tokens before and last.

    In IOB1 the letter of a tag depends on the type before it, so those must be the same too. Shapes: [M] each.
    """
    types = np.append(spans.types, OUTSIDE)
    left = np.where(spans.runs_on[starts], types[starts], OUTSIDE)
    right = np.where(spans.runs_on[ends], types[ends - 1], OUTSIDE)
    if not whole:
        return [left, right]
    before = np.where(np.isin(starts, sentences), OUTSIDE, types[starts - 1])
    return [left, right, before, types[ends - 1]]
