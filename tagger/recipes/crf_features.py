"""Tokens of a sentence to the features of a conditional random field: the usual ones of a word and its neighbours.

Source: after the named-entity example of python-crfsuite's tutorial, without parts of speech, with shapes.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

KEPT_FORMS = 100_000
"""Forms whose features are kept once computed, about 100 MB."""
FIRST, LAST = ["first"], ["last"]


class FormFeatures(NamedTuple):
    """What is known of a form alone: as the word to tag, as the word before it, as the word behind it."""

    own: list[str]
    before: list[str]
    behind: list[str]


@lru_cache(KEPT_FORMS)
def form_features(form: str) -> FormFeatures:
    """Returns word, lower case, suffixes, shape, capitals, digits; of a neighbour lower case, shape, capitals."""
    outer = [f"lower={form.lower()}", f"shape={shape(form)}"]
    if form.istitle():
        outer.append("title")
    if form.isupper():
        outer.append("upper")
    own = ["bias", f"word={form}", f"suffix2={form[-2:]}", f"suffix3={form[-3:]}", *outer]
    if form.isdigit():
        own.append("digits")
    return FormFeatures(own, [f"-1:{feature}" for feature in outer], [f"+1:{feature}" for feature in outer])


def shape(form: str) -> str:
    """Returns the form with A for capitals, a for other letters, 0 for digits; of a run the first: `Aa-0`."""
    kinds = ["A" if c.isupper() else "a" if c.isalpha() else "0" if c.isdigit() else c for c in form]
    return "".join(kind for at, kind in enumerate(kinds) if not at or kinds[at - 1] != kind)


def sentence_features(tokens: Sequence[str]) -> list[list[str]]:
    """Returns the features of each token; at the edges "first" and "last" stand for the neighbour's."""
    forms = list(map(form_features, tokens))
    if not forms:
        return []
    before = [FIRST, *(form.before for form in forms[:-1])]
    behind = [*(form.behind for form in forms[1:]), LAST]
    return [form.own + left + right for form, left, right in zip(forms, before, behind, strict=True)]
