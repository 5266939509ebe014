"""All that is said of one task, from tags worked out by hand."""

import numpy as np

from tagger.analysis import Confusion, FormScore, SpanErrors
from tagger.evaluation.intervals import interval, sentence_counts
from tagger.evaluation.task_analysis import analyse
from tagger.text.sentences import Sentence

SENTENCES = [Sentence(["Ada", "sleeps"]), Sentence(["Oslo"]), Sentence(["Ada"])]


def test_a_task_with_spans() -> None:
    gold, found = [["S-A", "O"], ["S-B"], ["S-A"]], [["S-A", "B-A"], ["O"], ["S-A"]]
    analysis = analyse(
        "ner", SENTENCES, gold, found, [0.5] * 4, scheme="IOBES", known={"Ada", "Oslo"}, ambiguous={"Oslo"}
    )
    assert analysis.score == interval(sentence_counts(gold, found, scheme="IOBES"))
    assert (analysis.resampled, analysis.units, analysis.samples, analysis.seed) == ("sentences", 3, 1000, 0)
    assert analysis.spans[0] == SpanErrors("all", 2, 0, 0, 0, 1, 1)
    assert analysis.confusions[0] == Confusion("A", "A", 2)
    assert (analysis.invalid, analysis.transitions) == (1, 7)
    assert [(kind.tokens, kind.correct) for kind in analysis.forms] == [(2, 2), (1, 0), (1, 0)]
    assert [sentence.number for sentence in analysis.worst] == [1, 2]


def test_a_task_of_plain_tags_in_documents_of_a_model_that_knows_little() -> None:
    gold, found = [["N", "V"], ["N"], ["N"]], [["N", "V"], ["V"], ["N"]]
    documents = np.array([0, 1, 0])
    analysis = analyse("pos", SENTENCES, gold, found, [0.5] * 4, scheme="none", documents=documents, worst=0)
    assert (analysis.resampled, analysis.units, analysis.score.value) == ("documents", 2, 0.75)
    assert (analysis.spans, analysis.forms, analysis.worst) == ((), (), ())
    assert analysis.confusions == (Confusion("N", "N", 2), Confusion("N", "V", 1), Confusion("V", "V", 1))
    seen = analyse("pos", SENTENCES, gold, found, [0.5] * 4, scheme="none", known={"Ada"})
    assert seen.forms == (FormScore("seen", 2, 2), FormScore("unseen", 2, 1))
