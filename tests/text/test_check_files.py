"""Findings about lines as they are: line ends, blank lines, document rows, empty blocks."""

from tagger.text.check_files import check_file
from tests.text.checked_parts import brief


def found(path, content, kind):
    path.write_bytes(content)
    return [*check_file(str(path), kind)]


def test_line_ends_and_blank_lines_are_counted_once_a_file(tmp_path):
    findings = found(tmp_path / "a", b"a X\r\n\t\nb X\n \nc X\r\n", "columns")
    assert brief(findings) == [("line-ends", 1), ("white-space-line", 2)]
    assert findings[0].found == "\\r\\n at the end of 2 of 5 lines"
    assert findings[1].found == "white space alone on 2 lines that end sentences"


def test_document_rows_need_blank_lines_on_both_sides(tmp_path):
    content = b"-DOCSTART- X\na X\n-DOCSTART- X\n\nb X\n\n-DOCSTART- X\n\nc X\n-DOCSTART- X\nd X\n"
    before, after = found(tmp_path / "a", content, "columns")
    assert [before.place.line, *(p.line for p in before.others)] == [1, 10]
    assert [after.place.line, *(p.line for p in after.others)] == [3, 10]
    assert before.kind == after.kind == "document-row"


def test_a_clean_file_has_no_findings(tmp_path):
    assert not found(tmp_path / "a", b"-DOCSTART- X\n\na X\n# Y\n\nb X", "columns")


def test_comments_without_a_token_are_an_empty_sentence(tmp_path):
    content = b"# sent_id = 1\n1\ta\tO\n\n# sent_id = 2\n# text = b\n\n# sent_id = 3\n"
    assert brief(found(tmp_path / "a", content, "iob2")) == [("empty-sentence", 4), ("empty-sentence", 7)]


def test_a_file_that_is_not_there_is_left_to_the_reader(tmp_path):
    assert not [*check_file(str(tmp_path / "none"), "columns")]
