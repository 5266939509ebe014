"""Checked sentences to findings about labels: those that networks trained on the other sentences doubt."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tagger.analysis import SentenceSpan
from tagger.text.check_reading import Part
from tagger.text.findings import Finding
from tagger.text.schemes import IOB2, NONE, convert
from tagger.text.sentences import Sentence


def label_findings(
    parts: Sequence[Part],
    *,
    folds: int,
    seed: int,
    note: Callable[[str], None],
    start: Path | None = None,
) -> Iterator[Finding]:
    """A finding for each likely label error in the columns that all parts have; the surest have the largest weight."""
    from tagger.recipes.label_errors import find_label_errors

    columns = [column for column in parts[0].schemes if all(column in part.schemes for part in parts)]
    schemes = {column: NONE if parts[0].schemes[column] == NONE else IOB2 for column in columns}
    stands = [(part, sentence) for part in parts for sentence in part.sentences]
    sentences = [_plain(part, sentence, columns) for part, sentence in stands]
    for error in find_label_errors(sentences, schemes, folds=folds, seed=seed, start=start, note=note):
        part, sentence = stands[error.sentence - 1]
        what = "" if error.kind == "tag" else f", {error.kind}"
        gold, predicted = error.gold, error.predicted
        if "extent" in error.kind:
            gold, predicted = (
                _spelt(spans, sentence.tokens) for spans in (error.gold_spans, error.predicted_spans)
            )
        yield Finding(
            "label",
            part.place(sentence, error.start, error.column),
            f"{gold} ({error.gold_probability:.1%}{what}) on '{error.text}' in {error.column}",
            f"{predicted} ({error.predicted_probability:.1%})",
            f"In: {error.context}",
            weight=error.score,
        )


def _spelt(spans: Sequence[SentenceSpan], tokens: Sequence[str]) -> str:
    """The spans as labels and words."""
    return " + ".join(f"{span.label} '{' '.join(tokens[span.start : span.end])}'" for span in spans) or "O"


def _plain(part: Part, sentence: Sentence, columns: Sequence[str]) -> Sentence:
    """The sentence with its spans in IOB2."""
    tags = {
        column: list(sentence.tags[column])
        if part.schemes[column] == NONE
        else convert(sentence.tags[column], part.schemes[column], IOB2)
        for column in columns
    }
    return Sentence(sentence.tokens, tags, sentence.id, sentence.document, sentence.path, sentence.lines)
