"""Scores against hand-made tables, published conlleval figures and seqeval's own report."""

import json
import os
import time
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.errors import ShapeError, TaggerError
from tagger.evaluation.scores import score_task
from tagger.records import Counts, TaskScores

DATA = Path(os.environ.get("TAGGER_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))


def score(gold: list[str], predicted: list[str], scheme: str, *, strict: bool = True) -> TaskScores:
    """Scores of sentences written as strings of tags."""
    rows = [line.split() for line in gold], [line.split() for line in predicted]
    tokens = [["w"] * len(row) for row in rows[0]]
    return score_task("ner", *rows, tokens, scheme=scheme, known_forms=(), strict=strict)


def test_published_conlleval_figures() -> None:
    """The example of the CoNLL-2000 page: 459 phrases, 539 found, 371 right: 68.83, 80.83, 74.35."""
    counts = Counts(gold=459, predicted=539, correct=371)
    assert [round(100 * x, 2) for x in (counts.precision, counts.recall, counts.f1)] == [68.83, 80.83, 74.35]


CONLLEVAL = [  # scheme, gold, predicted, {type: gold, predicted, correct}: worked out by hand
    ("IOB2", "B-PER I-PER O", "B-PER I-PER O", {"PER": (1, 1, 1)}),
    ("IOB2", "B-PER I-PER O", "B-PER O O", {"PER": (1, 1, 0)}),  # half a span is no span
    ("IOB2", "B-PER I-PER O", "B-LOC I-LOC O", {"LOC": (0, 1, 0), "PER": (1, 0, 0)}),
    ("IOB2", "B-PER B-PER", "B-PER I-PER", {"PER": (2, 1, 0)}),
    ("IOB2", "B-PER I-PER O", "I-PER I-PER O", {"PER": (1, 1, 1)}),  # a span may begin with I
    ("IOB2", "B-PER B-LOC", "B-PER I-LOC", {"LOC": (1, 1, 1), "PER": (1, 1, 1)}),  # a new type begins a span
    ("IOB1", "I-PER B-PER I-LOC", "I-PER B-PER I-LOC", {"LOC": (1, 1, 1), "PER": (2, 2, 2)}),
    ("IOB1", "I-PER I-PER O", "B-PER I-PER O", {"PER": (1, 1, 1)}),
    ("IOBES", "B-PER I-PER E-PER S-LOC", "B-PER I-PER E-PER S-LOC", {"LOC": (1, 1, 1), "PER": (1, 1, 1)}),
    ("IOBES", "B-PER E-PER O", "B-PER I-PER O", {"PER": (1, 1, 1)}),  # an end that is missing
    ("IOBES", "B-PER E-PER", "S-PER E-PER", {"PER": (1, 2, 0)}),
    ("IOB2", "B B O", "B I O", {"_": (2, 1, 0)}),  # tags without a type
]


@pytest.mark.parametrize(("scheme", "gold", "predicted", "expected"), CONLLEVAL)
def test_conlleval_counts(
    scheme: str, gold: str, predicted: str, expected: dict[str, tuple[int, int, int]]
) -> None:
    counts = score([gold], [predicted], scheme).conlleval
    total = Counts(*(sum(column) for column in zip(*expected.values(), strict=True)))
    assert counts == {"all": total} | {kind: Counts(*numbers) for kind, numbers in expected.items()}


STRICT = [
    ("IOB2", "B-PER I-PER O", "I-PER I-PER O", (1, 0, 0)),  # a span must begin with B
    ("IOB2", "B-PER B-LOC", "B-PER I-LOC", (2, 1, 1)),
    ("IOB1", "I-PER I-PER O", "B-PER I-PER O", (1, 1, 0)),  # B only after a span of the same type
    ("IOB1", "I-PER B-PER O", "I-PER B-PER O", (2, 2, 2)),
    ("IOBES", "B-PER E-PER O", "B-PER I-PER O", (1, 0, 0)),  # the end is missing
    ("IOBES", "B-PER E-PER S-LOC", "B-PER E-PER S-LOC", (2, 2, 2)),
]


@pytest.mark.parametrize(("scheme", "gold", "predicted", "expected"), STRICT)
def test_strict_counts(scheme: str, gold: str, predicted: str, expected: tuple[int, int, int]) -> None:
    assert score([gold], [predicted], scheme).strict["all"] == Counts(*expected)


def test_spans_do_not_cross_sentences() -> None:
    scores = score(["B-PER", "I-PER"], ["B-PER", "I-PER"], "IOB2")
    assert scores.conlleval["all"] == Counts(2, 2, 2)
    assert scores.strict["all"] == Counts(
        1, 1, 1
    )  # the second sentence is broken in gold and prediction alike


def test_no_spans_at_all() -> None:
    scores = score(["O O"], ["O O"], "IOB2")
    assert scores.conlleval == scores.strict == {"all": Counts(0, 0, 0)}
    assert scores.main == ("f1", 0.0)


def test_a_type_named_all_does_not_hide_the_average() -> None:
    scores = score(["B-all B-PER"], ["B-all O"], "IOB2")
    assert scores.conlleval["all"] == Counts(2, 1, 1)
    assert scores.conlleval["all (type)"] == Counts(1, 1, 1)


def test_strict_can_be_left_out() -> None:
    scores = score(["B-PER"], ["B-PER"], "IOB2", strict=False)
    assert scores.strict == {}
    assert scores.conlleval["all"].f1 == 1.0


def test_no_sentences() -> None:
    scores = score_task("ner", [], [], [], scheme="IOB2", known_forms=())
    assert (scores.sentences, scores.tokens, scores.accuracy) == (0, 0, 0.0)
    assert scores.conlleval == {"all": Counts(0, 0, 0)}


TAG = {
    "IOB2": ["O", "B-X", "I-X", "B-Y", "I-Y"],
    "IOBES": ["O", "B-X", "I-X", "E-X", "S-X", "B-Y", "E-Y", "S-Y"],
}


@given(st.data(), st.sampled_from(sorted(TAG)))
def test_counts_agree_with_seqeval_report(data: st.DataObject, scheme: str) -> None:
    """Oracle: classification_report of seqeval, by default and strict, on random tags, broken ones too."""
    import seqeval.metrics
    import seqeval.scheme

    pairs = st.lists(st.tuples(*[st.sampled_from(TAG[scheme])] * 2), min_size=1, max_size=7)
    sentences = data.draw(st.lists(pairs, min_size=1, max_size=4))
    gold = [[pair[0] for pair in sentence] for sentence in sentences]
    predicted = [[pair[1] for pair in sentence] for sentence in sentences]
    scores = score_task("t", gold, predicted, gold, scheme=scheme, known_forms=())
    strict = {"mode": "strict", "scheme": getattr(seqeval.scheme, scheme)}
    for counts, options in ((scores.conlleval, {}), (scores.strict, strict)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if counts["all"].gold + counts["all"].predicted == 0:
                continue  # seqeval's report fails where there is nothing to report
            report = seqeval.metrics.classification_report(gold, predicted, output_dict=True, **options)
        assert set(counts) - {"all"} == {key for key in report if not key.endswith(" avg")}
        for kind, count in counts.items():
            row = report["micro avg" if kind == "all" else kind]
            found = (row["precision"], row["recall"], row["f1-score"], row["support"])
            assert found == pytest.approx((count.precision, count.recall, count.f1, count.gold))


@given(
    st.lists(st.tuples(st.sampled_from("XYO"), st.integers(1, 3)), max_size=8),
    st.sampled_from(["IOB1", "IOB2", "IOBES"]),
)
def test_valid_tags_count_every_span(spans: list[tuple[str, int]], scheme: str) -> None:
    """Oracle: the spans that the tags were written from."""
    tags: list[str] = []
    previous = "O"
    for kind, length in spans:
        if kind == "O":
            tags += ["O"] * length
        elif scheme == "IOB1":
            tags += ["B-" + kind if previous == kind else "I-" + kind] + ["I-" + kind] * (length - 1)
        elif scheme == "IOB2":
            tags += ["B-" + kind] + ["I-" + kind] * (length - 1)
        elif length == 1:
            tags += ["S-" + kind]
        else:
            tags += ["B-" + kind] + ["I-" + kind] * (length - 2) + ["E-" + kind]
        previous = kind
    count = sum(kind != "O" for kind, _ in spans)
    scores = score_task("t", [tags], [tags], [tags], scheme=scheme, known_forms=())
    assert scores.conlleval["all"] == scores.strict["all"] == Counts(count, count, count)


def test_token_accuracy_on_seen_and_unseen_words() -> None:
    tokens = [["the", "cat", "sat"], ["Ada", "the"]]
    gold = [["D", "N", "V"], ["P", "D"]]
    predicted = [["D", "N", "N"], ["N", "N"]]
    scores = score_task("pos", gold, predicted, tokens, scheme="none", known_forms={"the", "cat"})
    assert (scores.sentences, scores.tokens, scores.correct_tokens) == (2, 5, 2)
    assert (scores.seen_tokens, scores.correct_seen, scores.unseen_tokens) == (3, 2, 2)
    assert scores.accuracy == pytest.approx(2 / 5)
    assert scores.seen_accuracy == pytest.approx(2 / 3)
    assert scores.unseen_accuracy == 0.0
    assert scores.conlleval == scores.strict == {}
    assert scores.main == ("accuracy", pytest.approx(2 / 5))


def test_plain_tags_are_never_read_as_spans() -> None:
    scores = score_task("pos", [["B-X", "-"]], [["B-X", "!"]], [["a", "b"]], scheme="none", known_forms=())
    assert scores.correct_tokens == 1


@pytest.mark.parametrize(
    ("gold", "predicted", "message"),
    [
        ([["O"]], [["O"], ["O"]], "task ner: expected 1 sentences of predicted tags, found 2."),
        ([], [["O"]], "task ner: expected 1 sentences of gold tags, found 0."),
        ([["O"]], [["O", "O"]], "task ner, sentence 0: expected 1 predicted tags, found 2."),
    ],
)
def test_shapes_that_do_not_fit(gold: list[list[str]], predicted: list[list[str]], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        score_task("ner", gold, predicted, [["w"]], scheme="IOB2", known_forms=())
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("tag", "scheme", "message"),
    [
        (
            "E-PER",
            "IOB2",
            "task ner: expected gold tags of IOB2, found 'E-PER'. "
            "Convert the tags to IOB2 first, or score the column with scheme none.",
        ),
        (
            "NOUN",
            "IOBES",
            "task ner: expected gold tags of IOBES, found 'NOUN'. "
            "Convert the tags to IOBES first, or score the column with scheme none.",
        ),
        ("O", "BILOU", "task ner: expected a scheme of IOB1, IOB2, IOBES, none, found BILOU."),
    ],
)
def test_tags_that_the_scheme_does_not_have(tag: str, scheme: str, message: str) -> None:
    with pytest.raises(TaggerError) as caught:
        score_task("ner", [[tag]], [["O"]], [["w"]], scheme=scheme, known_forms=())
    assert str(caught.value) == message


def test_scoring_a_development_set_takes_well_under_a_second() -> None:
    """51,000 tokens after every epoch of training: measured at 0.3 s, both readings."""
    row = ("O O B-PER E-PER O S-LOC O O B-ORG I-ORG E-ORG O O O O " * 17).split()
    sentences = [row] * 200
    score_task(
        "ner", sentences[:1], sentences[:1], sentences[:1], scheme="IOBES", known_forms=()
    )  # seqeval's import
    start = time.process_time()
    scores = score_task("ner", sentences, sentences, sentences, scheme="IOBES", known_forms={"O"})
    assert scores.tokens == 51_000
    assert time.process_time() - start < 2.0  # generous: a busy machine


def test_scores_become_json() -> None:
    from dataclasses import asdict

    assert json.loads(json.dumps(asdict(score(["B-X"], ["B-X"], "IOB2"))))["conlleval"]["X"]["correct"] == 1


def test_conll2003_development_entities() -> None:
    """5,942 entities in testa, as the shared task published them."""
    path = DATA / "conll2003" / "eng.testa"
    if not path.exists():
        pytest.skip("needs conll2003/eng.testa under TAGGER_DATA")
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    rows = [[line.split() for line in block.splitlines() if line.strip()] for block in blocks]
    sentences = [row for row in rows if row and row[0][0] != "-DOCSTART-"]
    tags = [[fields[3] for fields in row] for row in sentences]
    tokens = [[fields[0] for fields in row] for row in sentences]
    scores = score_task("ner", tags, tags, tokens, scheme="IOB1", known_forms=())
    assert scores.tokens == 51_362
    assert scores.conlleval["all"] == scores.strict["all"] == Counts(5942, 5942, 5942)
    assert {kind: count.gold for kind, count in scores.conlleval.items() if kind != "all"} == {
        "LOC": 1837,
        "MISC": 922,
        "ORG": 1341,
        "PER": 1842,
    }
