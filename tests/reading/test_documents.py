"""Which sentences of an input are one document, and batches that hold whole ones."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tagger.reading.column_rows import RowLayout
from tagger.reading.cutting import parse_piece
from tagger.reading.documents import number_documents
from tagger.reading.pieces import Piece, Reading
from tagger.reading.words import TOKENS_A_BATCH, Words, document_batches


def numbers(*pieces: list[Words]) -> list[int]:
    return [words.document for words in number_documents(pieces)]


def test_a_piece_is_a_document_where_nothing_says_more() -> None:
    text = parse_piece(Piece("Ada lives. Paris sleeps.\n\nIt rains.", "a.txt", head="wrapped"), Reading())
    assert numbers(text, [], text) == [1, 1, 1, 3, 3, 3]


def test_document_rows_and_comments_begin_documents() -> None:
    rows = "-DOCSTART- O\n\nAda O\n\n# a comment\nlives O\n\n-DOCSTART- O\n\nParis O\n\n# newdoc id = x\nis O\n\n"
    columns = parse_piece(Piece(rows, "a.conll", head=RowLayout(3, " ", 2)), Reading("conll"))
    assert numbers(columns) == [2, 2, 3, 4]


def test_newdoc_begins_documents_of_conllu() -> None:
    row = "1\tAda\t_\t_\t_\t_\t_\t_\t_\t_\n\n"
    content = (
        f"# newdoc id = a\n# newpar\n{row}# newpar\n{row}# sent_id = 3\n# newdoc\n{row}# newdocument\n{row}"
    )
    assert numbers(parse_piece(Piece(content, "a.conllu"), Reading("conllu"))) == [2, 2, 3, 3]


def test_records_are_documents() -> None:
    content = '{"text": "Ada lives. She sleeps."}\n{"text": ""}\n{"text": "Ada lives. She sleeps."}\n'
    found = numbers(parse_piece(Piece(content, "a.jsonl"), Reading("jsonl")))
    assert found == [1, 1, 2, 3, 3]


SIZES = st.lists(st.tuples(st.integers(1, 3000), st.booleans()), max_size=40)


@given(SIZES)
def test_batches_hold_whole_documents_but_for_long_ones(sizes: list[tuple[int, bool]]) -> None:
    most, number, items = 9000, 0, []
    for size, begins in sizes:
        number += begins
        items.append(Words(["x"] * size, document=number))
    batches = list(document_batches(items, most=most))
    assert [words for batch in batches for words in batch] == items
    for batch, following in pairwise(batches):
        last, first = batch[-1].document, following[0].document
        own = sum(len(words.tokens) for words in batch if words.document == last)
        assert sum(len(words.tokens) for words in batch) >= TOKENS_A_BATCH
        assert first != last or most < own <= most + 3000
    for batch in batches:  # and where a long one is cut does not depend on what comes before it
        for document in {words.document for words in batch}:
            assert sum(len(w.tokens) for w in batch if w.document == document) <= most + 3000
