"""Tagged sentences for tests of outputs: one by hand, and any number of odd ones."""

import math
from itertools import pairwise

from hypothesis import strategies as st

from tagger.inference.probabilities import Evidence
from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Words
from tagger.text.schemes import tags_of
from tagger.writing.layout import build_layout

TEXT = "Ada  Lovelace lives in Paris."
TOKENS = ["Ada", "Lovelace", "lives", "in", "Paris", "."]
STARTS = [10, 15, 24, 30, 33, 38]
ENDS = [13, 23, 29, 32, 38, 39]
TAGS = {
    "pos": ["NNP", "NNP", "VBZ", "IN", "NNP", "."],
    "chunk": ["B-NP", "E-NP", "S-VP", "S-PP", "S-NP", "O"],
    "ner": ["B-PER", "E-PER", "O", "O", "S-LOC", "O"],
}
SCHEMES = {"pos": "none", "chunk": "IOBES", "ner": "IOBES"}
LABELS = {task: sorted(set(tags)) for task, tags in TAGS.items()}
EVIDENCE = Evidence([-0.1] * 6, [-0.05] * 6, [-0.2] * 6)  # each token exp(-0.3), the first two exp(-0.35)

WORDS = Words(TOKENS, STARTS, ENDS, TEXT)


def layout(tasks, **options):
    """The layout of some of the tasks of TAGS."""
    return build_layout(tasks, SCHEMES, LABELS, **options)


def tagged(words, tags, *, probabilities=False):
    """`words` with `tags` (task -> tags), of the schemes of TAGS."""
    evidence = None
    if probabilities:
        steps = [math.log(0.5)] * len(words.tokens)
        evidence = dict.fromkeys(
            tags, EVIDENCE if words.tokens == TOKENS else Evidence(steps, steps, [0.0] * len(steps))
        )
    return TaggedSentence(
        list(words.tokens),
        tags,
        SCHEMES,
        starts=words.starts,
        ends=words.ends,
        text=words.text,
        evidence=evidence,
    )


def example(tasks, *, probabilities=False):
    """The sentence by hand, tagged for `tasks`."""
    return tagged(WORDS, {task: list(TAGS[task]) for task in tasks}, probabilities=probabilities)


ODD = [
    "<script>",
    "&amp;",
    '"',
    "'",
    "</p>",
    "👩‍👩‍👧",
    "שלום",
    "مرحبا",
    "é",
    "e\u0301",
    "a|b",
    "_",
    "#",
    "\\",
    "]](",
    "\u200b",
]
NAMES = ("pos", "chunk", "ner")
_ODD_TOKEN = st.one_of(
    st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=6)
)
_GAP = st.sampled_from([" ", "", "  ", "\n", "\u00a0", "\u2028", "\r\n"])


@st.composite
def documents(draw):
    """A text, and its sentences with gaps and tags of all tasks, some tokens untagged by "pos"."""
    place, text, words, tags = 0, "", [], []
    for _ in range(draw(st.integers(0, 4))):
        gap = draw(st.sampled_from([" ", "\n", "\n\n", "\n \n\n ", "\u2029", ""]))
        tokens = draw(st.lists(_ODD_TOKEN, min_size=1, max_size=7))
        spaces = draw(st.lists(_GAP, min_size=len(tokens) - 1, max_size=len(tokens) - 1))
        own, starts, ends = "", [], []
        for token, space in zip(tokens, ["", *spaces], strict=True):
            own += space
            starts.append(place + len(gap) + len(own))
            own += token
            ends.append(place + len(gap) + len(own))
        words.append(Words(tokens, starts, ends, own, gap=gap))
        tags.append(draw(_tags(len(tokens))))
        text += gap + own
        place = len(text)
    return text, words, [tagged(w, t) for w, t in zip(words, tags, strict=True)]


@st.composite
def _tags(draw, length):
    spans = {}
    for task, labels in (("chunk", ["NP", "VP", "PP"]), ("ner", ["PER", "LOC"])):
        cuts = sorted(draw(st.sets(st.integers(0, length))))
        found = [(a, b, draw(st.sampled_from(labels))) for a, b in pairwise(cuts)]
        spans[task] = tags_of([span for span in found if draw(st.booleans())], length, "IOBES")
    return {
        "pos": draw(st.lists(st.sampled_from(["NNP", ".", ""]), min_size=length, max_size=length)),
        **spans,
    }


ALL_LABELS = {
    "pos": ["NNP", "."],
    "chunk": [f"{letter}-{kind}" for kind in ("NP", "VP", "PP") for letter in "BIES"] + ["O"],
    "ner": [f"{letter}-{kind}" for kind in ("PER", "LOC") for letter in "BIES"] + ["O"],
}


def full_layout(**options):
    """The layout of all tasks, for `documents`."""
    return build_layout(NAMES, SCHEMES, ALL_LABELS, **options)
