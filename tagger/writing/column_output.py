"""Sentences to columns: token<TAB>tag<TAB>tag, a tag for each task, a blank line after a sentence.

Rows that came from a column file keep all their columns and get the tags at the end, with the row's own separator.
A token that was left untagged has "_". With probabilities: a column after each tag.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Words
from tagger.writing.layout import UNTAGGED, Layout, or_else, to_bytes


def render_columns(words: Sequence[Words], tagged: Sequence[TaggedSentence], layout: Layout) -> bytes:
    """The rows of the sentences."""
    if layout.probabilities:
        return _with_probabilities(words, tagged, layout)
    if not any(sentence.rows or sentence.before for sentence in words):
        return to_bytes(_joined([sentence.tokens for sentence in words], tagged, layout, "\t"))
    empty = ["O" if task in layout.spans else "-X-" for task in layout.tasks]
    parts = []
    for sentence, tags in zip(words, tagged, strict=True):
        heads = sentence.rows or sentence.tokens
        separator = _separator(heads[0]) if sentence.rows else "\t"
        parts += [f"{line}\n" for text in sentence.before for line in _kept(text, empty)]
        parts.append(_joined([heads], [tags], layout, separator))
    return to_bytes("".join(parts))


def with_columns(words: Words, columns: Sequence[Sequence[str]], empty: Sequence[str]) -> str:
    """The rows of a sentence, or its tokens, each followed by its part of the `columns`; `empty` on document rows."""
    lines = [line for text in words.before for line in _kept(text, empty)]
    for head, *fields in zip(words.rows or words.tokens, *columns, strict=True):
        separator = _separator(head) if words.rows else "\t"
        lines.append(separator.join([head, *fields]))
    if words.tokens:
        lines.append("")
    return "".join([f"{line}\n" for line in lines])


def _joined(
    heads: Sequence[Sequence[str]], tagged: Iterable[TaggedSentence], layout: Layout, separator: str
) -> str:
    """The rows of sentences that begin with `heads`; each sentence's last one is followed by a blank line."""
    rows = list(chain.from_iterable(heads))
    pieces = [""] * (2 * len(rows))
    pieces[::2] = rows
    pieces[1::2] = map(layout.row_ends[separator].__getitem__, zip(*layout.columns(tagged), strict=True))
    last = -1
    for sentence in heads:
        if sentence:
            last += 2 * len(sentence)
            pieces[last] += "\n"
    return "".join(pieces)


def _with_probabilities(words: Sequence[Words], tagged: Sequence[TaggedSentence], layout: Layout) -> bytes:
    empty = [part for task in layout.tasks for part in ("O" if task in layout.spans else "-X-", "-")]
    parts = []
    for sentence, tags in zip(words, tagged, strict=True):
        chances = tags.probabilities or {}
        columns: list[Sequence[str]] = []
        for task in layout.tasks:
            columns.append(or_else(layout.to_scheme[task](tags.tags[task]), UNTAGGED))
            columns.append([f"{p:.4f}" for p in chances[task]])
        parts.append(with_columns(sentence, columns, empty))
    return to_bytes("".join(parts))


def _kept(text: str, empty: Sequence[str]) -> list[str]:
    """The lines for a comment, or for a document row: nothing stands on it, but every row has as many columns."""
    return [text] if text.startswith("#") else [_separator(text).join([text, *empty]), ""]


def _separator(row: str) -> str:
    return " " if " " in row and "\t" not in row else "\t"
