"""Sentences on their way to the network, told where a new document begins."""

import re
from collections.abc import Iterable, Iterator, Sequence

from tagger.reading.words import Words
from tagger.text.columns import DOCUMENT_ROW

_NEW_DOCUMENT = re.compile(r"#\s*newdoc\b")


def number_documents(pieces: Iterable[Sequence[Words]]) -> Iterator[Words]:
    """The sentences of all pieces, each with the number of its document.

    A document ends with its piece, before a document row or a comment `# newdoc`, and with its record.
    """
    number = 0
    for words in pieces:
        number += 1
        record = words[0].record if words else None
        for sentence in words:
            if sentence.record is not record or _begins_document(sentence):
                number += 1
            record = sentence.record
            yield sentence._replace(document=number)


def _begins_document(sentence: Words) -> bool:
    lines = sentence.before
    if sentence.source and sentence.source[0] == "#":
        lines = sentence.source.split("\n")
    return any(line.startswith(DOCUMENT_ROW) or _NEW_DOCUMENT.match(line) for line in lines)
