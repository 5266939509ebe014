"""Tagged sentences of raw texts to flat columns of numbers, which travel between processes cheaply, and back.

The texts themselves do not travel back: tokens are cut from them again.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from typing import NamedTuple

from tagger.inference.probabilities import Evidence
from tagger.inference.spans import TaggedSentence

Sentences = list[TaggedSentence]


class Tags(NamedTuple):
    """One task's tags of all tokens: each a number in `kinds`; and three numbers a token where there is evidence."""

    kinds: list[str]
    numbers: "array[int]"
    evidence: "tuple[array[float], array[float], array[float]] | None"


class Packed(NamedTuple):
    """The sentences of several texts."""

    sentences: "array[int]"  # of each text
    tokens: "array[int]"  # of each sentence
    starts: "array[int]"  # of each token, in its text
    ends: "array[int]"
    tags: dict[str, Tags]


def pack(texts: Sequence[Sentences], tasks: Iterable[str]) -> Packed:
    """The columns of the tagged sentences of each text."""
    sentences = list(chain.from_iterable(texts))
    return Packed(
        array("q", map(len, texts)),
        array("q", map(len, sentences)),
        array("q", chain.from_iterable(sentence.starts for sentence in sentences)),
        array("q", chain.from_iterable(sentence.ends for sentence in sentences)),
        {task: _pack_tags(sentences, task) for task in tasks},
    )


def unpack(packed: Packed, texts: Sequence[str], schemes: Mapping[str, str]) -> Iterator[Sentences]:
    """The tagged sentences of each of the `texts` that were packed; `schemes` of the tasks."""
    ends = accumulate(packed.tokens)
    sentences = zip(packed.tokens, ends, strict=True)
    columns = {task: list(map(tags.kinds.__getitem__, tags.numbers)) for task, tags in packed.tags.items()}
    with_evidence = any(tags.evidence is not None for tags in packed.tags.values())
    for text, count in zip(texts, packed.sentences, strict=True):
        result = []
        for _ in range(count):
            length, end = next(sentences)
            part = slice(end - length, end)
            first, last = packed.starts[part].tolist(), packed.ends[part].tolist()
            result.append(
                TaggedSentence(
                    [text[a:b] for a, b in zip(first, last, strict=True)],
                    {task: column[part] for task, column in columns.items()},
                    schemes,
                    starts=first,
                    ends=last,
                    text=text[first[0] : last[-1]],
                    evidence=_evidence(packed.tags, part) if with_evidence else None,
                )
            )
        yield result


def _pack_tags(sentences: Sentences, task: str) -> Tags:
    tags = list(chain.from_iterable(sentence.tags[task] for sentence in sentences))
    kinds = sorted(set(tags))
    number = {kind: place for place, kind in enumerate(kinds)}
    found = [sentence.evidence[task] for sentence in sentences if sentence.evidence is not None]
    evidence = None
    if found:
        evidence = (
            array("d", chain.from_iterable(each.before for each in found)),
            array("d", chain.from_iterable(each.step for each in found)),
            array("d", chain.from_iterable(each.after for each in found)),
        )
    return Tags(kinds, array("I", map(number.__getitem__, tags)), evidence)


def _evidence(tags: Mapping[str, Tags], part: slice) -> dict[str, Evidence]:
    """The evidence of one sentence, whose tokens are `part`."""
    return {
        task: Evidence(*(column[part].tolist() for column in found.evidence))
        for task, found in tags.items()
        if found.evidence is not None
    }
