"""Two layers of one text to one: the tag columns of a second file on the sentences of the first."""

from collections import Counter
from collections.abc import Sequence

from tagger.errors import DataError
from tagger.text.layers import Layer
from tagger.text.problems import Problems
from tagger.text.sentences import Sentence

Key = str | int


def join_layers(first: Layer, second: Layer) -> None:
    """Add the tag columns of `second` to the sentences of `first`, in place.

    Sentences are matched by sent_id where all of both files have one, else by their order. Both files must have the
    same sentences of the same tokens; what differs goes to the problems of `first`, which may leave it out.
    """
    both = sorted(first.columns.keys() & second.columns.keys())
    if both:
        hint = "Choose the columns of the first file with --columns."
        raise DataError(second.path, None, f"columns that {first.path} has not", ", ".join(both), hint)
    by_id = _have_ids(first) and _have_ids(second)
    others = dict(zip(_keys(second, by_id), second.sentences, strict=True))
    gone: set[Key] = {*second.problems.dropped_ids} if by_id else {*second.problems.dropped}
    kept, places = [], []
    for key, place, sentence in zip(_keys(first, by_id), first.places, first.sentences, strict=True):
        other = _matching(sentence, others.pop(key, None), second.path, first.problems, silent=key in gone)
        if other is not None:
            sentence.tags.update(other.tags)
            kept.append(sentence)
            places.append(place)
        else:
            first.problems.drop(place, sentence.id)
    known: set[Key] = {*first.problems.dropped_ids} if by_id else {*first.problems.dropped}
    for key, other in others.items():
        if key not in known:
            expected, found = f"the sentences of {first.path} and no more", f"another one{_named(other)}"
            first.problems.report("join", DataError(second.path, other.line(), expected, found))
    first.sentences, first.places = kept, places
    first.columns |= second.columns


def _have_ids(layer: Layer) -> bool:
    """Whether every sentence has an id of its own."""
    counts = Counter(sentence.id for sentence in layer.sentences)
    return "" not in counts and counts.total() == len(counts)


def _keys(layer: Layer, by_id: bool) -> Sequence[Key]:
    return [sentence.id for sentence in layer.sentences] if by_id else layer.places


def _matching(
    sentence: Sentence, other: Sentence | None, path: str, problems: Problems, *, silent: bool
) -> Sentence | None:
    """`other` if it has the same tokens; what differs goes to `problems` (unless `silent`: it is known already)."""
    here = f"{sentence.path}:{sentence.line()}"
    if other is None:
        expected, found = f"the sentence{_named(sentence)} that stands at {here}", "none"
        if not silent:
            problems.report("join", DataError(path, None, expected, found))
        return None
    if other.tokens == sentence.tokens:
        return other
    short = min(len(sentence.tokens), len(other.tokens))
    i = next((i for i in range(short) if sentence.tokens[i] != other.tokens[i]), short)
    theirs = repr(other.tokens[i]) if i < len(other.tokens) else "the end of the sentence"
    if i < len(sentence.tokens):
        expected = f"the token {sentence.tokens[i]!r} as at {sentence.path}:{sentence.line(i)}"
    else:
        expected = f"the end of the sentence as after {sentence.path}:{sentence.line(i - 1)}"
    line = other.line(min(i, len(other.tokens) - 1))
    problems.report(
        "join", DataError(other.path, line, expected, theirs, "Both layers need the same tokens.")
    )
    return None


def _named(sentence: Sentence) -> str:
    return f" {sentence.id}" if sentence.id else ""
