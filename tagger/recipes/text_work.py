"""Pieces to rendered bytes: parsed, the sentences of all of them answered together, each piece rendered on its own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import TypeVar

from tagger.errors import SettingsError, TaggerError
from tagger.reading.cutting import parse_until_error
from tagger.reading.documents import number_documents
from tagger.reading.inputs import format_of
from tagger.reading.pieces import Piece, Reading, Rendered
from tagger.reading.words import Words, batches, document_batches

Answer = TypeVar("Answer")


def work_on(
    pieces: Sequence[Piece],
    reading: Reading,
    *,
    answer: Callable[[list[Words]], Iterable[Answer]],
    render: Callable[[Sequence[Words], Sequence[Answer]], bytes],
    by_document: bool = False,
) -> list[Rendered]:
    """What each piece becomes; one that cannot be read carries its error and disturbs no other.

    answer: what there is to say about each sentence of a batch. render: the bytes for the sentences of one piece.
    by_document: the answers depend on whole documents, which batches then hold.
    """
    parsed = [_parsed(piece, reading) for piece in pieces]
    if by_document:
        batched = document_batches(number_documents(words for words, _ in parsed))
    else:
        batched = batches(chain.from_iterable(words for words, _ in parsed))
    answers = chain.from_iterable(map(answer, batched))
    rendered = []
    for piece, (words, error) in zip(pieces, parsed, strict=True):
        own = list(islice(answers, len(words)))
        try:
            rendered.append(_rendered(words, render(words, own), error))
        except TaggerError as unwritable:
            rendered.append(Rendered(b"", 0, 0, located(unwritable, piece.path)))
    return rendered


def reading_of(path: str, reading: Reading) -> Reading:
    """How this input is read: "auto" is decided by its suffix."""
    return replace(reading, input_format=format_of(path, reading.input_format))


def located(error: TaggerError, path: str) -> TaggerError:
    """The error with the input that it is about, where it names only a setting that does not fit this input."""
    if error.where and not isinstance(error, SettingsError):
        return error
    problem = f"{error.where}: {error.problem}" if error.where else error.problem
    return TaggerError(problem, where=path, hint=error.hint)


def _parsed(piece: Piece, reading: Reading) -> tuple[Sequence[Words], TaggerError | None]:
    words, error = parse_until_error(piece, reading_of(piece.path, reading))
    return words, error and located(error, piece.path)


def _rendered(words: Sequence[Words], content: bytes, error: TaggerError | None) -> Rendered:
    lengths = [len(sentence.tokens) for sentence in words if sentence.tokens]
    return Rendered(content, len(lengths), sum(lengths), error)
