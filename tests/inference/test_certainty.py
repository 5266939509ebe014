"""What is too uncertain is left out, the rest stays as it was; probabilities by the tagger itself, thresholds by hand."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagger.errors import SettingsError
from tagger.inference.certainty import certain_spans
from tagger.inference.probabilities import Evidence
from tagger.inference.tagger import Tagger
from tagger.saved import TaskDescription
from tagger.text.schemes import spans_of, tags_of, violations
from tagger.writing.layout import build_layout
from tests.inference.random_models import IOB2, IOBES, POS, random_model, random_sentences

IOB1 = ("O", "I-PER", "B-PER", "I-LOC", "B-LOC")
TASKS = [
    TaskDescription("pos", "pos", "none", "word", POS, 1.5),
    TaskDescription("xpos", "xpos", "none", "sentence", POS),
    TaskDescription("chunk", "chunk", "IOBES", "word", IOBES, 0.5),
    TaskDescription("ner", "ner", "IOBES", "sentence", IOBES, 2.0),
    TaskDescription("iob2", "iob2", "IOB2", "squared-error", IOB2, 0.3),
    TaskDescription("iob1", "iob1", "IOB1", "sentence", IOB1),
]
SENTENCES = [*random_sentences(1, 60), []]


@pytest.fixture(scope="module")
def nlp() -> Tagger:
    return Tagger(random_model(3, tasks=TASKS))


@pytest.mark.parametrize("least", [1e-9, 0.3, 0.6, 0.9, 1.0])
def test_what_is_at_least_as_probable_stays_and_nothing_else(nlp: Tagger, least: float) -> None:
    for whole, some in zip(
        nlp.tag_sentences(SENTENCES, probabilities=True),
        nlp.tag_sentences(SENTENCES, probabilities=True, min_probability=least),
        strict=True,
    ):
        assert some.probabilities == whole.probabilities
        for task in ("pos", "xpos"):
            chances = whole.probabilities[task]
            expected = [t if p >= least else "" for t, p in zip(whole.tags[task], chances, strict=True)]
            assert some.tags[task] == expected
        for task in ("chunk", "ner", "iob2", "iob1"):
            assert some.spans(task) == [span for span in whole.spans(task) if span.probability >= least]
            assert not violations(some.tags[task], nlp.scheme(task))
            kept = {t for span in some.spans(task) for t in range(span.start, span.end)}
            assert {t for t, tag in enumerate(some.tags[task]) if tag != "O"} == kept


def test_some_is_left_out_and_some_stays(nlp: Tagger) -> None:
    """The test above would say nothing of a model whose spans are all on one side of the thresholds."""
    for task in ("chunk", "ner", "iob2", "iob1"):
        tagged = nlp.tag_sentences(SENTENCES, probabilities=True)
        chances = [span.probability for sentence in tagged for span in sentence.spans(task)]
        assert min(chances) < 0.3 and max(chances) > 0.6


def test_tags_are_the_same_whether_probabilities_are_asked_for_or_not(nlp: Tagger) -> None:
    with_them, without = (
        list(nlp.tag_sentences(SENTENCES, probabilities=asked, min_probability=0.5))
        for asked in (True, False)
    )
    assert [s.tags for s in with_them] == [s.tags for s in without]
    assert all(s.probabilities is None for s in without)


def test_zero_changes_nothing(nlp: Tagger) -> None:
    one, other = (list(nlp.tag_sentences(SENTENCES, **options)) for options in ({}, {"min_probability": 0.0}))
    assert [s.tags for s in one] == [s.tags for s in other]


def test_every_way_of_tagging_takes_it(nlp: Tagger) -> None:
    text = "Ada lives in Paris. The U.S. was walking."
    tagged = nlp.tag(text, min_probability=0.9)
    tags = [sentence.tags for sentence in tagged]
    assert tags != [sentence.tags for sentence in nlp.tag(text)]
    assert [s.tags for s in next(nlp.pipe([text], min_probability=0.9))] == tags
    assert [nlp.tag_tokens(s.tokens, min_probability=0.9).tags for s in tagged] == tags


def test_models_that_vote_leave_out_by_the_probability_of_the_vote() -> None:
    models = [
        random_model(seed, tasks=[replace(task, temperature=1.0 + seed)])
        for seed in (1, 2)
        for task in [TASKS[3]]
    ]
    nlp = Tagger(*models)
    for whole, some in zip(
        nlp.tag_sentences(SENTENCES, probabilities=True),
        nlp.tag_sentences(SENTENCES, probabilities=True, min_probability=0.4),
        strict=True,
    ):
        assert some.spans("ner") == [span for span in whole.spans("ner") if span.probability >= 0.4]


@pytest.mark.parametrize("least", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(nlp: Tagger, least: float) -> None:
    with pytest.raises(SettingsError) as error:
        nlp.tag("Ada", min_probability=least)
    assert str(error.value) == f"min_probability: expected a number from 0 to 1, found {least}."


def evidence_of(logs: list[float]) -> Evidence:
    """Of independent tokens."""
    return Evidence(logs, logs, [0.0] * len(logs))


def test_a_span_that_lost_its_neighbour_begins_with_i_in_iob1() -> None:
    tags = ["I-PER", "B-PER", "I-PER", "O", "I-LOC"]
    assert certain_spans(tags, evidence_of([-3.0, 0, 0, 0, 0]), "IOB1", 0.5) == [
        "O",
        "I-PER",
        "I-PER",
        "O",
        "I-LOC",
    ]
    assert certain_spans(tags, evidence_of([0, 0, -3.0, 0, 0]), "IOB1", 0.5) == [
        "I-PER",
        "O",
        "O",
        "O",
        "I-LOC",
    ]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_is_left_out_the_scheme_is_kept(data: st.DataObject) -> None:
    scheme = data.draw(st.sampled_from(["IOB1", "IOB2", "IOBES"]))
    cuts = sorted(data.draw(st.sets(st.integers(0, 8), min_size=2)))
    kinds = data.draw(
        st.lists(st.sampled_from(["A", "B", None]), min_size=len(cuts) - 1, max_size=len(cuts) - 1)
    )
    spans = [(a, b, k) for a, b, k in zip(cuts, cuts[1:], kinds, strict=False) if k]
    logs = data.draw(st.lists(st.sampled_from([0.0, -1.0]), min_size=8, max_size=8))
    found = certain_spans(tags_of(spans, 8, scheme), evidence_of(logs), scheme, 0.5)
    assert not violations(found, scheme)
    assert spans_of(found, scheme) == [span for span in spans if not any(logs[span[0] : span[1]])]
    if scheme == "IOB1":
        assert found == tags_of(spans_of(found, scheme), 8, scheme)


def test_a_span_left_out_is_written_even_where_the_task_has_no_such_tag() -> None:
    layout = build_layout(["t"], {"t": "IOBES"}, {"t": ("B-X", "E-X")})
    tags = certain_spans(["B-X", "E-X", "B-X", "E-X"], evidence_of([0, 0, -3.0, 0]), "IOBES", 0.5)
    assert layout.to_scheme["t"](tags) == ["B-X", "I-X", "O", "O"]
