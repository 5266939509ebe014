"""Columns as wholes to findings: numbers where words should be, words where tags should be."""

from collections.abc import Iterator, Sequence

from tagger.text.check_reading import Part
from tagger.text.findings import Finding, Place
from tagger.text.schemes import NONE

TOKENS = 200  # fewer say little about a column
NUMBERS = 0.8  # share of tokens that are figures in a column that holds no words
FORMS = 0.15  # distinct tags for each token: no tag set is that large
LABELS = 100  # and no fewer than these


def check_columns(parts: Sequence[Part]) -> Iterator[Finding]:
    """Columns that look like something else than what they are taken for."""
    for part in parts:
        total = sum(len(sentence.tokens) for sentence in part.sentences)
        if total < TOKENS:
            continue
        numbers = sum(token.isdecimal() for sentence in part.sentences for token in sentence.tokens)
        place = Place(part.path)
        if numbers > NUMBERS * total:
            found = f"numbers on {numbers / total:.0%} of the tokens"
            yield Finding("numbers-as-words", place, found, "words", "Name the columns with --columns.")
        for column, scheme in part.schemes.items():
            yield from _about(part, column, scheme, total)


def _about(part: Part, column: str, scheme: str, total: int) -> Iterator[Finding]:
    place = part.place(part.sentences[0], 0, column)._replace(line=None)
    distinct = {tag for sentence in part.sentences for tag in sentence.tags[column]}
    hint = "Name the columns with --columns (- leaves one out)."
    same = sum(
        token == tag
        for sentence in part.sentences
        for token, tag in zip(sentence.tokens, sentence.tags[column], strict=True)
    )
    if 2 * same > total:
        found = f"the word itself in {column} on {same / total:.0%} of the tokens"
        yield Finding("copied-column", place, found, "tags", hint)
    elif scheme == NONE and len(distinct) > max(LABELS, FORMS * total):
        found = f"{len(distinct):,} different tags in {column} on {total:,} tokens"
        yield Finding("swapped-columns", place, found, "tags, of which there are few", hint)
