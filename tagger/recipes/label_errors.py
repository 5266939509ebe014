"""Gold sentences to the labels that are likely wrong: networks trained on the other sentences disagree with them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tagger.analysis import LabelError, SentenceSpan
from tagger.errors import SettingsError
from tagger.evaluation.disagreement import (
    Stretch,
    are_likely_errors,
    class_thresholds,
    differing_stretches,
    span_scores,
)
from tagger.inference.decoding import Numbers
from tagger.inference.probabilities import Evidence, weigh
from tagger.recipes.cross_validation import HeldOut, held_out_scores
from tagger.text.schemes import NONE, OUTSIDE, Span, convert, spans_of
from tagger.text.sentences import Sentence

CONTEXT = 8
"""Tokens on each side of a likely error that are shown."""

TAG = "tag"
"""The kind of a likely error in a column of plain tags."""

Label = str | None
"""A tag or a type of span; None of tokens outside of spans."""


class _Difference(NamedTuple):
    """A likely error, if the networks are sure enough, and what stands there on either side."""

    gold: tuple[Label, ...]
    found: tuple[Label, ...]
    error: LabelError


@dataclass(slots=True)
class _Evidence:
    """What the networks make of one column."""

    own: list[tuple[Label, float]] = field(
        default_factory=list
    )  # gold label of each example, its probability
    differences: list[_Difference] = field(default_factory=list)


def find_label_errors(
    sentences: Sequence[Sentence],
    schemes: Mapping[str, str],
    *,
    columns: Sequence[str] = (),
    folds: int = 5,
    seed: int = 1,
    epochs: int | None = None,
    start: Path | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> list[LabelError]:
    """The labels of `columns` (by default of all) that are likely wrong, the most likely first.

    schemes: tag column -> its scheme, as in `Corpus`. For each of the `folds` a network with a head for each column
    learns from the other ones (`held_out_scores`); what is likely an error: `tagger.evaluation.disagreement`. epochs:
    by default as many as the size of the data asks for. start: a model folder that the networks begin with. `note`
    hears of each fold. The same seed gives the same result.
    Raises SettingsError for an unknown column or fewer than two folds, ModelError for a model that cannot be read.
    """
    chosen = _chosen(schemes, columns)
    if not chosen:
        return []
    if folds < 2:
        raise SettingsError("folds", "at least 2", str(folds))
    found = {column: _Evidence() for column in chosen}
    for held in held_out_scores(
        sentences, chosen, folds=folds, seed=seed, epochs=epochs, start=start, note=note
    ):
        for column, scheme in chosen.items():
            _compare(found[column], held, sentences, column, scheme)
    errors = []
    for column, evidence in found.items():
        likely = _likely(evidence)
        places = len(evidence.differences)
        note(f"{column}: the networks differ in {places:,} places, {len(likely):,} are likely errors")
        errors += likely
    return sorted(errors, key=lambda error: (-error.score, error.sentence, error.start, error.column))


def _chosen(schemes: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    for column in columns:
        if column not in schemes:
            raise SettingsError("columns", f"tag columns of the data ({', '.join(schemes)})", repr(column))
    return {column: scheme for column, scheme in schemes.items() if not columns or column in columns}


def _likely(evidence: _Evidence) -> list[LabelError]:
    """The likely errors of one column, with their scores."""
    rows: dict[Label, int] = {}
    labels = [rows.setdefault(label, len(rows)) for label, _ in evidence.own]
    own = np.array([probability for _, probability in evidence.own])
    means = class_thresholds(np.array(labels, np.intp), own, len(rows)).tolist()
    thresholds: dict[Label, float] = defaultdict(lambda: 1.0, zip(rows, means, strict=True))
    errors = [error for *_, error in evidence.differences]
    gold = np.array([error.gold_probability for error in errors])
    found = np.array([error.predicted_probability for error in errors])
    there = np.array([min(thresholds[label] for label in d.gold) for d in evidence.differences])
    needed = np.array([max(thresholds[label] for label in d.found) for d in evidence.differences])
    scores = np.array([error.score for error in errors])
    if errors and errors[0].kind != TAG:
        scores = span_scores(gold, found, there, needed)
    chosen = np.flatnonzero(are_likely_errors(gold, found, needed)).tolist()
    return [replace(errors[number], score=float(scores[number])) for number in chosen]


def _compare(
    evidence: _Evidence, held: HeldOut, sentences: Sequence[Sentence], column: str, scheme: str
) -> None:
    """Add what the network of one fold makes of the sentences that it did not learn from."""
    decoder, scores = held.decoders[column], held.scores[column]
    task = decoder.task
    rows = {label: row for row, label in enumerate(task.labels)}
    own = [convert(sentences[number].tags[column], scheme, task.scheme) for number in held.numbers]
    gold: Numbers = np.array([rows[tag] for tags in own for tag in tags], np.intp)
    best = decoder.best(scores, held.lengths)
    ends = np.cumsum(held.lengths).tolist()
    sides = (weigh(decoder, scores, held.lengths, tags) for tags in (gold, best))
    for number, tags, end, *weights in zip(held.numbers, own, ends, *sides, strict=True):
        found = [task.labels[row] for row in best[end - len(tags) : end]]
        judged = _Judged(sentences[number], number + 1, column, tags, found, *weights)
        if scheme == NONE:
            _add_tags(evidence, judged)
        else:
            _add_spans(evidence, judged, task.scheme)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One column of one sentence: its own tags and the networks'."""

    sentence: Sentence
    number: int
    column: str
    gold: list[str]
    found: list[str]
    gold_evidence: Evidence
    found_evidence: Evidence

    def error(self, stretch: Stretch, kind: str, *, gold: str, predicted: str) -> LabelError:
        """The likely error that lies there if the networks are right."""
        start, end, tokens = stretch.start, stretch.end, self.sentence.tokens
        chances = [evidence.segment(start, end) for evidence in (self.gold_evidence, self.found_evidence)]
        text = " ".join(tokens[start:end])
        context = [*tokens[max(start - CONTEXT, 0) : start], f"[{text}]", *tokens[end : end + CONTEXT]]
        return LabelError(
            sentence=self.number,
            start=start,
            end=end,
            path=self.sentence.path,
            line=self.sentence.line(start),
            column=self.column,
            kind=kind,
            gold=gold,
            predicted=predicted,
            gold_probability=chances[0],
            predicted_probability=chances[1],
            score=chances[1] - chances[0],
            text=text,
            context=" ".join(context),
            gold_spans=tuple(SentenceSpan(*span) for span in stretch.gold),
            predicted_spans=tuple(SentenceSpan(*span) for span in stretch.found),
        )


def _add_tags(evidence: _Evidence, judged: _Judged) -> None:
    """Every token is an example of its tag."""
    evidence.own += zip(judged.gold, judged.gold_evidence.tokens(), strict=True)
    for place, (gold, found) in enumerate(zip(judged.gold, judged.found, strict=True)):
        if gold != found:
            token = Stretch(place, place + 1, (), ())
            error = judged.error(token, TAG, gold=gold, predicted=found)
            evidence.differences.append(_Difference((gold,), (found,), error))


def _add_spans(evidence: _Evidence, judged: _Judged, scheme: str) -> None:
    """Every span is an example of its type, every token outside of spans one of None."""
    gold, found = (spans_of(tags, scheme) for tags in (judged.gold, judged.found))
    evidence.own += [(kind, judged.gold_evidence.segment(start, end)) for start, end, kind in gold]
    tokens = judged.gold_evidence.tokens()
    evidence.own += [(None, p) for tag, p in zip(judged.gold, tokens, strict=True) if tag == OUTSIDE]
    for stretch in differing_stretches(gold, found):
        error = judged.error(
            stretch, stretch.kind, gold=_shown(stretch.gold), predicted=_shown(stretch.found)
        )
        evidence.differences.append(_Difference(_types(stretch.gold), _types(stretch.found), error))


def _types(spans: Sequence[Span]) -> tuple[Label, ...]:
    return tuple(span[2] for span in spans) or (None,)


def _shown(spans: Sequence[Span]) -> str:
    """The labels of the spans."""
    return " ".join(span[2] or "span" for span in spans) or OUTSIDE
