"""Turns ready tokens with offsets into the sentences that they form, by the rules of `sentence_ends.py`."""

from collections.abc import Sequence

from tagger.text.sentence_ends import BREAK, BREAKS, CANDIDATES, sentence_end


def sentence_bounds(
    tokens: Sequence[str], starts: Sequence[int], ends: Sequence[int], *, split: bool = True
) -> list[tuple[int, int]]:
    """Returns the first token of each sentence and the one behind its last; no sentence is empty.

    The empty token BREAK stands for the end of a paragraph. Without `split`, nothing else ends a sentence.
    """
    tokens, starts, ends = [*tokens, BREAK], list(starts), list(ends)
    candidates = CANDIDATES if split else BREAKS
    bounds = []
    begin = 0
    for at, token in enumerate(tokens):
        if token not in candidates or at < begin:
            continue
        end = sentence_end(tokens, starts, ends, begin, at) if token else at
        if not end and token:
            continue
        if begin < end:
            bounds.append((begin, end))
        begin = end if token else at + 1
    return bounds
