"""Swapped mentions, on corpora whose spans of two tasks are drawn freely; `spans_of` reads the tags back."""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.saved import TaskDescription
from tagger.text.features import Feature, FormFeatures
from tagger.text.schemes import SPAN_SCHEMES, spans_of, tags_of, violations
from tagger.text.vocabulary import Vocabulary
from tagger.training.batches import EncodedCorpus, encode
from tagger.training.mentions import find_mentions, swap_mentions

FORMS = ["a", "b", "c", "d"]
FEATURES = FormFeatures([Feature("word", 2)], None, {"word": Vocabulary(FORMS)})


class Drawn(NamedTuple):
    """A corpus with its tasks."""

    corpus: EncodedCorpus
    tasks: tuple[TaskDescription, ...]


def build(sentences: list[list[str]], tags: dict[str, list[list[str]]], schemes: dict[str, str]) -> Drawn:
    tasks = tuple(
        TaskDescription(name, name, schemes[name], "word", tuple(sorted({t for s in column for t in s})))
        for name, column in tags.items()
    )
    rows = {task.name: {label: row for row, label in enumerate(task.labels)} for task in tasks}
    return Drawn(encode(sentences, FEATURES, tags, rows), tasks)


@st.composite
def span_lists(draw: Any, length: int, kinds: str) -> list[tuple[int, int, str]]:
    """Spans of a sentence of `length` tokens, often side by side."""
    spans, place = [], 0
    while place < length:
        size = draw(st.integers(0, 3))
        if size and place + size <= length:
            spans.append((place, place + size, draw(st.sampled_from(kinds))))
        place += max(size, 1)
    return spans


@st.composite
def corpora(draw: Any) -> Drawn:
    schemes = {
        "ner": draw(st.sampled_from(SPAN_SCHEMES)),
        "chunk": draw(st.sampled_from(SPAN_SCHEMES)),
        "pos": "none",
    }
    sentences = draw(st.lists(st.lists(st.sampled_from(FORMS), max_size=9), min_size=1, max_size=8))
    tags = {
        "ner": [tags_of(draw(span_lists(len(s), "XY")), len(s), schemes["ner"]) for s in sentences],
        "chunk": [tags_of(draw(span_lists(len(s), "NV")), len(s), schemes["chunk"]) for s in sentences],
        "pos": [[draw(st.sampled_from("PQ")) for _ in s] for s in sentences],
    }
    return build(sentences, tags, schemes)


def sentences_of(drawn: Drawn, corpus: EncodedCorpus) -> list[tuple[list[str], dict[str, list[str]]]]:
    """Tokens and tags of each sentence, as text."""
    result = []
    for start, end in zip(corpus.starts[:-1], corpus.starts[1:], strict=True):
        tokens = [corpus.texts[form] for form in corpus.forms[start:end]]
        tags = {t.name: [t.labels[row] for row in corpus.labels[t.name][start:end]] for t in drawn.tasks}
        result.append((tokens, tags))
    return result


def runs_across(tags: list[str], scheme: str, place: int) -> str | None:
    """The type of the span that has tokens on both sides of the edge in front of token `place`."""
    return next((kind for start, end, kind in spans_of(tags, scheme) if start < place < end), None)


@settings(deadline=None)
@given(corpora(), st.integers(0, 2**32), st.sampled_from([0.3, 1.0]))
def test_everything_round_a_swapped_mention_stays_and_no_scheme_is_broken(
    drawn: Drawn, seed: int, rate: float
) -> None:
    mentions = find_mentions(drawn.corpus, drawn.tasks)
    if mentions is None:
        assert all(
            not spans_of(tags[t.name], t.scheme)
            for _, tags in sentences_of(drawn, drawn.corpus)
            for t in drawn.tasks
        )
        return
    swapped = swap_mentions(drawn.corpus, mentions, rate, np.random.default_rng(seed))
    before, after = sentences_of(drawn, drawn.corpus), sentences_of(drawn, swapped)
    schemes = {task.name: task.scheme for task in drawn.tasks}
    others = [name for name, scheme in schemes.items() if name != mentions.task and scheme != "none"]
    own_scheme = schemes[mentions.task]
    known = Counter()
    for tokens, tags in before:
        for start, end, kind in spans_of(tags[mentions.task], own_scheme):
            rest = [tuple(tags[name][start:end]) for name in schemes if name != mentions.task]
            known[kind, tuple(tokens[start:end]), *rest] += 1
    assert len(before) == len(after)
    for (old_tokens, old_tags), (new_tokens, new_tags) in zip(before, after, strict=True):
        for name, scheme in schemes.items():
            assert len(new_tags[name]) == len(new_tokens)
            assert violations(new_tags[name], scheme) == []
        old, new = (spans_of(tags[mentions.task], own_scheme) for tags in (old_tags, new_tags))
        assert [kind for *_, kind in old] == [kind for *_, kind in new]
        edges = [(0, 0)]
        for (start, end, _), (new_start, new_end, kind) in zip(old, new, strict=True):
            rest = [tuple(new_tags[name][new_start:new_end]) for name in schemes if name != mentions.task]
            assert known[kind, tuple(new_tokens[new_start:new_end]), *rest]
            for name in others:
                for old_place, place in ((start, new_start), (end, new_end)):
                    assert runs_across(old_tags[name], schemes[name], old_place) == runs_across(
                        new_tags[name], schemes[name], place
                    )
            edges += [(start, new_start), (end, new_end)]
        edges.append((len(old_tokens), len(new_tokens)))
        for (a, new_a), (b, new_b) in zip(
            edges[0::2], edges[1::2], strict=True
        ):  # what lies between mentions
            assert old_tokens[a:b] == new_tokens[new_a:new_b]
            assert all(old_tags[name][a:b] == new_tags[name][new_a:new_b] for name in schemes)


@settings(deadline=None)
@given(corpora(), st.integers(0, 2**32))
def test_at_rate_one_a_mention_stays_only_where_its_group_has_no_other(drawn: Drawn, seed: int) -> None:
    mentions = find_mentions(drawn.corpus, drawn.tasks)
    if mentions is None:
        return
    forms = drawn.corpus.forms
    swapped = swap_mentions(drawn.corpus, mentions, 1.0, np.random.default_rng(seed))
    again = find_mentions(swapped, drawn.tasks)
    spans = [
        s
        for _, tags in sentences_of(drawn, swapped)
        for s in spans_of(tags[mentions.task], {t.name: t.scheme for t in drawn.tasks}[mentions.task])
    ]
    assert len(spans) == len(mentions.starts)
    if (
        again is None or again.task != mentions.task
    ):  # the longer mentions now cover more than the other task's spans
        return
    for number, size in enumerate(mentions.sizes):
        old = forms[mentions.starts[number] : mentions.ends[number]].tolist()
        new = swapped.forms[again.starts[number] : again.ends[number]].tolist()
        assert (old == new) == (size == 1)


def test_the_sparser_spans_are_the_mentions_and_other_tags_come_along() -> None:
    """By hand: the two people are swapped; "a b" stands in a noun phrase that ends with it, as "c" does."""
    drawn = build(
        [["a", "b", "d"], ["d", "c", "d"]],
        {
            "chunk": [["B-NP", "E-NP", "S-VP"], ["S-VP", "S-NP", "S-VP"]],
            "ner": [["B-PER", "E-PER", "O"], ["O", "S-PER", "O"]],
            "pos": [["P", "P", "V"], ["V", "Q", "V"]],
        },
        {"chunk": "IOBES", "ner": "IOBES", "pos": "none"},
    )
    mentions = find_mentions(drawn.corpus, drawn.tasks)
    assert mentions is not None
    assert mentions.task == "ner"
    swapped = swap_mentions(drawn.corpus, mentions, 1.0, np.random.default_rng(0))
    assert sentences_of(drawn, swapped) == [
        (["c", "d"], {"chunk": ["S-NP", "S-VP"], "ner": ["S-PER", "O"], "pos": ["Q", "V"]}),
        (
            ["d", "a", "b", "d"],
            {
                "chunk": ["S-VP", "B-NP", "E-NP", "S-VP"],
                "ner": ["O", "B-PER", "E-PER", "O"],
                "pos": ["V", "P", "P", "V"],
            },
        ),
    ]


def test_a_mention_in_the_middle_of_a_phrase_does_not_change_with_one_that_is_a_phrase() -> None:
    drawn = build(
        [["d", "a", "d"], ["d", "b", "d"]],
        {
            "chunk": [["B-NP", "I-NP", "E-NP"], ["O", "S-NP", "O"]],
            "ner": [["O", "S-X", "O"], ["O", "S-X", "O"]],
        },
        {"chunk": "IOBES", "ner": "IOBES"},
    )
    mentions = find_mentions(drawn.corpus, drawn.tasks)
    assert mentions is not None
    assert mentions.sizes.tolist() == [1, 1]


def test_in_iob1_the_first_tag_belongs_to_the_place() -> None:
    """The second of two people side by side starts with B, whoever it is."""
    drawn = build([["a", "b", "c"], ["d"]], {"ner": [["I-X", "B-X", "I-X"], ["I-X"]]}, {"ner": "IOB1"})
    mentions = find_mentions(drawn.corpus, drawn.tasks)
    assert mentions is not None
    for seed in range(20):
        swapped = swap_mentions(drawn.corpus, mentions, 1.0, np.random.default_rng(seed))
        first, second = (tags["ner"] for _, tags in sentences_of(drawn, swapped))
        assert [tag for tag in first if tag == "B-X"] == ["B-X"]
        assert "B-X" not in second
        assert len(spans_of(first, "IOB1")) == 2


def test_each_other_distinct_mention_is_as_likely_as_the_next() -> None:
    """ "b" occurs nine times, "c" once: "a" becomes either in about half of the draws."""
    sentences = [["a"], *[["b"]] * 9, ["c"]]
    drawn = build(sentences, {"ner": [["S-X"]] * len(sentences)}, {"ner": "IOBES"})
    mentions = find_mentions(drawn.corpus, drawn.tasks)
    assert mentions is not None
    random = np.random.default_rng(0)
    first = [
        sentences_of(drawn, swap_mentions(drawn.corpus, mentions, 1.0, random))[0][0][0] for _ in range(400)
    ]
    assert first.count("c") == pytest.approx(200, abs=40)
    assert set(first) == {"b", "c"}


def test_tasks_without_spans_have_no_mentions() -> None:
    drawn = build([["a"]], {"pos": [["P"]], "ner": [["O"]]}, {"pos": "none", "ner": "IOB2"})
    assert find_mentions(drawn.corpus, drawn.tasks) is None
