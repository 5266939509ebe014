"""Sentences to text for reading, a sentence a line: [Ada Lovelace](PER) lives in [Paris](LOC).

The tags of tasks without spans follow their token, which then stands apart: [Ada/NNP Lovelace/NNP](PER) lives/VBZ
in/IN [Paris/NNP](LOC) ./. The first task with spans has the brackets; further ones follow the token too. Nothing
follows for a task that left the token untagged. Nothing is escaped. With probabilities: [Paris](LOC 0.98).
"""

import re
from collections.abc import Sequence

from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Words
from tagger.writing.layout import Layout, to_bytes

_SPACE = re.compile(r"\s+")


def render_inline(words: Sequence[Words], tagged: Sequence[TaggedSentence], layout: Layout) -> bytes:
    """A line for each sentence."""
    return to_bytes("".join([_line(sentence, layout) for sentence in tagged if sentence.tokens]))


def _line(sentence: TaggedSentence, layout: Layout) -> str:
    bracketed = layout.spans[:1]
    tokens = list(sentence.tokens)
    beside = [layout.to_scheme[task](sentence.tags[task]) for task in layout.tasks if task not in bracketed]
    if beside:
        rows = zip(tokens, *beside, strict=True)
        tagged = all(map(all, beside))
        tokens = ["/".join(row) for row in rows] if tagged else ["/".join(filter(None, row)) for row in rows]
    for span in sentence.spans(bracketed[0]) if bracketed else ():
        asked = layout.probabilities and span.probability is not None
        chance = f" {span.probability:.2f}" if asked else ""
        tokens[span.start] = "[" + tokens[span.start]
        tokens[span.end - 1] += f"]({span.label}{chance})"
    if beside:
        return " ".join(tokens) + "\n"
    origin, text, place = sentence.starts[0], sentence.text, sentence.starts[0]
    pieces = []
    for token, start, end in zip(tokens, sentence.starts, sentence.ends, strict=True):
        gap = text[place - origin : start - origin]
        pieces += [gap if gap in ("", " ") else _SPACE.sub(" ", gap), token]
        place = end
    return "".join(pieces) + "\n"
