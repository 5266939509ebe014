"""Tagged gold sentences of one task to all that an evaluation says of it beside its scores."""

from collections.abc import Container, Sequence

import numpy as np
from numpy.typing import NDArray

from tagger.analysis import WORST, TaskAnalysis
from tagger.evaluation.form_kinds import form_scores
from tagger.evaluation.intervals import SAMPLES, SEED, by_document, interval, sentence_counts
from tagger.evaluation.span_errors import as_confusions, span_errors, token_confusions
from tagger.evaluation.transitions import invalid_transitions
from tagger.evaluation.worst_sentences import worst_sentences
from tagger.text.schemes import NONE
from tagger.text.sentences import Sentence

Tags = Sequence[Sequence[str]]


def analyse(
    task: str,
    sentences: Sequence[Sentence],
    gold: Tags,
    found: Tags,
    chances: Sequence[float],
    *,
    scheme: str,
    documents: NDArray[np.intp] | None = None,
    known: Container[str] | None = None,
    ambiguous: Container[str] | None = None,
    worst: int = WORST,
) -> TaskAnalysis:
    """What the tags `found` make of the `gold` tags, both in `scheme`, a tag for each token of `sentences`.

    chances: the probability of each tag found, of all sentences in their order. Shapes: [N].
    documents: as `document_numbers` gives them; None: sentences are resampled.
    known, ambiguous: forms of the training data, and those with several tags there; None: not known.
    """
    counts = by_document(sentence_counts(gold, found, scheme=scheme), documents)
    tokens = [sentence.tokens for sentence in sentences]
    spans, types = (
        ((), token_confusions(gold, found)) if scheme == NONE else span_errors(gold, found, scheme=scheme)
    )
    forms = () if known is None else form_scores(gold, found, tokens, known=known, ambiguous=ambiguous)
    invalid, transitions = invalid_transitions(found, scheme)
    return TaskAnalysis(
        task=task,
        score=interval(counts),
        resampled="sentences" if documents is None else "documents",
        units=len(counts),
        samples=SAMPLES,
        seed=SEED,
        forms=forms,
        spans=spans,
        confusions=as_confusions(types),
        invalid=invalid,
        transitions=transitions,
        worst=worst_sentences(sentences, gold, found, chances, scheme=scheme, most=worst),
    )
