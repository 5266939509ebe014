"""Training sentences to the forms with several tags, and those to the accuracy on words of each kind."""

from collections.abc import Container, Sequence

from tagger.analysis import FormScore

Rows = Sequence[Sequence[str]]

ONE_TAG, AMBIGUOUS, UNSEEN, SEEN = "one tag", "ambiguous", "unseen", "seen"


def ambiguous_forms(tokens: Rows, tags: Rows) -> list[str]:
    """The forms that carry more than one tag, in alphabetical order."""
    first: dict[str, str] = {}
    several = set()
    for forms, row in zip(tokens, tags, strict=True):
        for form, tag in zip(forms, row, strict=True):
            if first.setdefault(form, tag) != tag:
                several.add(form)
    return sorted(several)


def form_scores(
    gold: Rows, found: Rows, tokens: Rows, *, known: Container[str], ambiguous: Container[str] | None
) -> tuple[FormScore, ...]:
    """Tokens and right tags by what the training data know of the form: one tag, several (ambiguous), not the form.

    known: the forms of the training data. ambiguous: those with several tags there; None: not known which.
    """
    kinds = (SEEN, UNSEEN) if ambiguous is None else (ONE_TAG, AMBIGUOUS, UNSEEN)
    counts = {kind: [0, 0] for kind in kinds}
    several = ambiguous or ()
    of_one = kinds[0]
    for expected, got, forms in zip(gold, found, tokens, strict=True):
        for a, b, form in zip(expected, got, forms, strict=True):
            kind = counts[UNSEEN if form not in known else AMBIGUOUS if form in several else of_one]
            kind[0] += 1
            kind[1] += a == b
    return tuple(FormScore(kind, *counts[kind]) for kind in kinds)
