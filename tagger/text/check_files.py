"""The undecoded lines of a file to findings: line ends, white space on blank lines, document rows, empty blocks."""

from collections.abc import Iterator

from tagger.errors import DataError
from tagger.text.columns import DOCUMENT_ROW
from tagger.text.corpus import Format
from tagger.text.findings import Finding, Place, times
from tagger.text.lines import read_raw_lines
from tagger.text.plurals import counted

_DOCUMENT = DOCUMENT_ROW.encode()


def check_file(path: str, kind: Format) -> Iterator[Finding]:
    """What can be seen without reading rows. A file that cannot be opened has no findings here."""
    returns: list[int] = []
    white: list[int] = []
    strays: dict[str, list[int]] = {"before": [], "after": []}
    total = 0
    before, rows, comment = b"", 0, 0  # the line before; rows of this block; line of its first comment
    layered = kind in ("conllu", "iob2")
    try:
        for number, raw in read_raw_lines(path):
            total = number
            if raw.endswith(b"\r\n"):
                returns.append(number)
            line = raw.strip(b" \t\r\n\f\v")
            if not line:
                if raw.strip(b"\r\n"):
                    white.append(number)
                if comment and not rows and layered:
                    yield _empty(path, comment)
                rows = comment = 0
            elif kind == "columns" and line.startswith(_DOCUMENT):
                if before and not before.startswith(_DOCUMENT):
                    strays["after"].append(number)
            elif line.startswith(b"#") and not rows:
                comment = comment or number
            else:
                if kind == "columns" and before.startswith(_DOCUMENT):
                    strays["before"].append(number - 1)
                rows += 1
            before = line
    except DataError:
        return
    if comment and not rows and layered:
        yield _empty(path, comment)
    yield from _strays(path, strays)
    yield from _about_ends(path, returns, white, total)


def _empty(path: str, comment: int) -> Finding:
    return Finding("empty-sentence", Place(path, comment), "comments without a token")


def _strays(path: str, strays: dict[str, list[int]]) -> Iterator[Finding]:
    """Rows that start a document inside what other programs take for a sentence."""
    for where, numbers in strays.items():
        if numbers:
            places = [Place(path, number) for number in numbers]
            found = f"{DOCUMENT_ROW} rows right {where} the rows of a sentence ({times(len(numbers))})"
            hint = "Many programs read them as tokens."
            others, weight = tuple(places[1:]), float(len(numbers))
            yield Finding("document-row", places[0], found, "a blank line between", hint, others, weight)


def _about_ends(path: str, returns: list[int], white: list[int], total: int) -> Iterator[Finding]:
    """One finding a file: the lines are too many to name each."""
    if returns:
        share = "every line" if len(returns) == total else f"{len(returns):,} of {total:,} lines"
        found = f"\\r\\n at the end of {share}"
        yield Finding("line-ends", Place(path, returns[0]), found, "\\n")
    if white:
        found = f"white space alone on {counted(len(white), 'line that ends a sentence', 'lines that end sentences')}"
        hint = "Programs that look for an empty line run sentences together."
        yield Finding("white-space-line", Place(path, white[0]), found, "empty lines", hint)
