"""Gold tags to what the windows round their words are to a scorer of a label: true, corrupted, or neither."""

from collections.abc import Iterable, Sequence

from tagger.text.schemes import NONE, OUTSIDE, split_tag

TRUE, CORRUPTED, NEITHER = "true", "corrupted", "neither"
WINDOW_ROWS = {TRUE: 0, CORRUPTED: 1, NEITHER: -1}
"""The numbers of the kinds among the labels of a corpus; words of windows that are neither are left out."""


def window_kinds(tags: Sequence[str], label: str, scheme: str) -> list[str]:
    """What the window round each word is to a scorer of `label`, from the words' gold `tags` in `scheme`.

    A true window's centre carries the label: a span of that type, of any type where `label` is empty; under the scheme
    "none" the tag itself, any but O where `label` is empty. A corrupted window's centre carries none: it stands outside
    all spans; under "none" any other tag does. The centre of neither kind has a span of another type: a window of
    one name is no example of what has none. (To tell the types apart too, map the others to O.)
    """
    return [_kind(tag, label, scheme) for tag in tags]


def span_types(tags: Iterable[str]) -> set[str]:
    """The types of spans among `tags`."""
    marks = {split_tag(tag) for tag in tags}
    return {mark[1] for mark in marks if mark is not None and mark[0] != OUTSIDE}


def _kind(tag: str, label: str, scheme: str) -> str:
    if scheme == NONE:
        return TRUE if tag == label or (not label and tag != OUTSIDE) else CORRUPTED
    mark = split_tag(tag)
    if mark is None or mark[0] == OUTSIDE:
        return CORRUPTED
    return TRUE if not label or mark[1] == label else NEITHER
