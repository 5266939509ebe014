"""Judgements about a token's form to findings: one finding for each form and kind, with every place where it stands."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from tagger.text.check_reading import Part
from tagger.text.findings import Finding, Place


class Judgement(NamedTuple):
    """What is wrong with a form."""

    kind: str
    found: str
    expected: str = ""
    hint: str = ""


Judge = Callable[[str], Iterable[Judgement]]


def check_forms(parts: Sequence[Part], judges: Sequence[Judge]) -> Iterator[Finding]:
    """The findings of `judges` on every distinct token, most frequent first within a kind."""
    distinct = {token for part in parts for sentence in part.sentences for token in sentence.tokens}
    judged = {form: found for form in distinct if (found := [j for judge in judges for j in judge(form)])}
    places: dict[str, list[Place]] = {form: [] for form in judged}
    for part in parts if judged else ():
        for sentence in part.sentences:
            if not judged.keys().isdisjoint(sentence.tokens):
                for i, token in enumerate(sentence.tokens):
                    if token in judged:
                        places[token].append(part.place(sentence, i))
    for form, stands in places.items():
        for kind, what, expected, hint in judged[form]:
            yield Finding(kind, stands[0], what, expected, hint, tuple(stands[1:]), float(len(stands)))
