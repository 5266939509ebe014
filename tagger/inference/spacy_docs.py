"""spaCy's documents to sentences of words for the tagger, and its tags and spans back onto the documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress

import numpy as np
from numpy.typing import NDArray
from spacy.parts_of_speech import IDS
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from tagger.errors import SettingsError
from tagger.inference.spans import TaggedSentence
from tagger.inference.tagger import Tagger
from tagger.text.schemes import NONE
from tagger.text.sentence_ends import BREAK, SAMPLE, LineBreaks, line_break_meaning
from tagger.text.token_sentences import sentence_bounds

Places = Sequence[int]
"""The numbers of a sentence's tokens in their document."""

SPACE_TAG, SPACE_POS = "_SP", "SPACE"
"""What spaCy's own taggers give white space."""
NO_POS = "_"
"""What CoNLL-U writes for no part of speech."""
ATTRIBUTES = ("tag", "pos", "ents")


@dataclass(frozen=True, slots=True)
class Attributes:
    """Which task fills token.tag_, token.pos_ and doc.ents; None: none does."""

    tag: str | None
    pos: str | None
    ents: str | None

    @property
    def tasks(self) -> list[str]:
        """The tasks that are needed, each once."""
        return list(dict.fromkeys(task for task in (self.tag, self.pos, self.ents) if task))


def choose_attributes(tagger: Tagger, chosen: Mapping[str, str | None]) -> Attributes:
    """The tasks of `chosen` (None: none), and for what it does not name, those that the names of the tasks suggest.

    token.tag_ from xpos, else pos; token.pos_ from upos, else pos, where all labels are universal parts of speech;
    doc.ents from ner, else the first task that marks spans. Raises SettingsError.
    """
    spans = [task for task in tagger.tasks if tagger.scheme(task) != NONE]
    others = [task for task in tagger.tasks if task not in spans]
    universal = [task for task in others if not _foreign(tagger, task)]
    default = {
        "tag": next((task for task in ("xpos", "pos") if task in others), None),
        "pos": next((task for task in ("upos", "pos") if task in universal), None),
        "ents": "ner" if "ner" in spans else next(iter(spans), None),
    }
    for name, task in chosen.items():
        where = f"window_tagger.tasks.{name}"
        if name not in ATTRIBUTES:
            raise SettingsError("window_tagger.tasks", f"one of {', '.join(ATTRIBUTES)}", repr(name))
        if task is not None and task not in tagger.tasks:
            raise SettingsError(where, f"one of {', '.join(tagger.tasks)}", repr(task))
        if task is not None and name == "ents" and task not in spans:
            raise SettingsError(where, "a task that marks spans", repr(task))
        if task is not None and name == "pos" and task not in universal:
            found = f"{task!r} with {', '.join(map(repr, _foreign(tagger, task)[:3]))}"
            raise SettingsError(where, "a task whose labels are universal parts of speech", found)
    result = Attributes(**{**default, **chosen})
    if not result.tasks:
        found = f"the tasks {', '.join(tagger.tasks)}" if tagger.tasks else "no task with tags"
        hint = 'Say which fills what, such as {"tag": "TASK", "ents": "TASK"}.'
        raise SettingsError("window_tagger.tasks", "a task for tag, pos or ents", found, hint)
    return result


def _foreign(tagger: Tagger, task: str) -> list[str]:
    """The labels of `task` that are no universal parts of speech."""
    return [label for label in tagger.labels(task) if label not in IDS and label != NO_POS]


def sentences_of(doc: Doc, line_breaks: LineBreaks = "auto") -> tuple[list[Places], list[str]]:
    """The tokens of each sentence without white space, none empty; and the text of every token of the document.

    The sentences are the document's own, or where it has none those of our rules.
    """
    if not len(doc):
        return [], []
    table = doc.to_array(["ORTH", "SPACY", "IDX", "LENGTH", "IS_SPACE", "SENT_START"])  # [T, 6]
    texts = list(map(_Texts(doc).__getitem__, table[:, 0].tolist()))
    if not doc.has_annotation("SENT_START"):
        return _found_sentences(texts, table, line_breaks), texts
    places = np.flatnonzero(table[:, 4] == 0)
    number = np.cumsum(table[:, 5] == 1)[places]  # of each word's sentence
    parts = np.split(places, np.flatnonzero(np.diff(number)) + 1)
    return [part.tolist() for part in parts if len(part)], texts


def _found_sentences(texts: list[str], table: NDArray[np.uint64], line_breaks: LineBreaks) -> list[Places]:
    """The sentences of a document without any, from its tokens and what `line_breaks` mean."""
    if line_breaks == "auto":
        spaces = map(("", " ").__getitem__, table[:SAMPLE, 1].tolist())
        line_breaks = line_break_meaning("".join(chain(*zip(texts, spaces, strict=False)))[:SAMPLE])
    least = 2 if line_breaks == "wrapped" else 1  # lines that end in the white space between paragraphs
    spaces_at = np.flatnonzero(table[:, 4]).tolist()
    kept = np.ones(len(texts), bool)
    tokens = list(texts)
    for place in spaces_at:
        tokens[place] = BREAK
        kept[place] = len(f"{texts[place]}.".splitlines()) > least
    starts = table[kept, 2].astype(np.int64)
    ends = starts + table[kept, 3].astype(np.int64)
    bounds = sentence_bounds(
        list(compress(tokens, kept)), starts.tolist(), ends.tolist(), split=line_breaks != "sentence"
    )
    places = np.flatnonzero(kept).tolist()
    return [places[begin:end] for begin, end in bounds]


def set_sentences(doc: Doc, sentences: Sequence[Places]) -> None:
    """Let the sentences of `doc` begin where these do; white space in front belongs to the one before."""
    starts: NDArray[np.int64] = np.full(len(doc), -1, np.int64)
    starts[[places[0] for places in sentences]] = 1
    starts[:1] = 1
    doc.from_array(["SENT_START"], starts.astype(np.uint64)[:, None])


def set_tags(
    doc: Doc, sentences: Sequence[Places], tagged: Sequence[TaggedSentence], attributes: Attributes
) -> None:
    """Set token.tag_ and token.pos_; of white space too, as spaCy's own components do."""
    if not len(doc):
        return
    columns = {}
    if attributes.tag:
        number = _Numbers(doc)
        columns["TAG"] = [number[SPACE_TAG]] * len(doc)
        _fill(columns["TAG"], sentences, tagged, attributes.tag, number)
    if attributes.pos:
        columns["POS"] = [IDS[SPACE_POS]] * len(doc)
        _fill(columns["POS"], sentences, tagged, attributes.pos, {**IDS, NO_POS: 0})
    if columns:
        doc.from_array(list(columns), np.array(list(columns.values()), np.uint64).T.copy())  # [T, attributes]


class _Numbers(dict[str, int]):
    """Strings to their numbers in a document's vocabulary, which is asked once for each."""

    def __init__(self, doc: Doc) -> None:
        super().__init__({"": 0})
        self._strings = doc.vocab.strings

    def __missing__(self, text: str) -> int:
        self[text] = number = int(self._strings.add(text))
        return number


class _Texts(dict[int, str]):
    """Numbers to their strings in a document's vocabulary, which is asked once for each."""

    def __init__(self, doc: Doc) -> None:
        super().__init__()
        self._strings = doc.vocab.strings

    def __missing__(self, number: int) -> str:
        self[number] = text = str(self._strings[number])
        return text


def _fill(
    column: list[int],
    sentences: Sequence[Places],
    tagged: Sequence[TaggedSentence],
    task: str,
    numbers: Mapping[str, int],
) -> None:
    """Write the numbers of the tags of `task` into `column`, one a token of the document."""
    for places, sentence in zip(sentences, tagged, strict=True):
        for place, tag in zip(places, sentence.tags[task], strict=True):
            column[place] = numbers[tag]


def set_entities(
    doc: Doc, sentences: Sequence[Places], tagged: Sequence[TaggedSentence], task: str, *, overwrite: bool
) -> None:
    """Add the spans of `task` to doc.ents; of two that overlap the new one stays if `overwrite`, else the old one."""
    new = []
    for places, sentence in zip(sentences, tagged, strict=True):
        for span in sentence.spans(task):
            entity = DocSpan(doc, places[span.start], places[span.end - 1] + 1, label=span.label)
            new.append(entity)
            if span.probability is not None:
                entity._.probability = span.probability
    old = list(doc.ents)
    first, second = (new, old) if overwrite else (old, new)
    taken = {place for entity in first for place in range(entity.start, entity.end)}
    kept = first + [e for e in second if taken.isdisjoint(range(e.start, e.end))]
    doc.set_ents(sorted(kept, key=lambda entity: entity.start))
