"""The bytes of a corpus file to lines of clean text: encoding, mark, line ends, composed characters, nothing invisible.

What was right stays as it was, to the byte; line numbers stay too, unless every line ended in a lone \\r.
"""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from tagger.errors import SettingsError
from tagger.text.check_characters import decoded_again, shown_form, without_invisible
from tagger.text.corpus import Format
from tagger.text.findings import Place, Repair
from tagger.text.lines import UTF8_MARK, wide_mark
from tagger.text.plurals import counted

WESTERN = "cp1252"
"""What a line that is not UTF-8 is read as, unless the user names another encoding: Windows-1252, the usual one."""


def repair_text(path: str, raw: bytes, kind: Format, *, encoding: str = "") -> tuple[list[str], list[Repair]]:
    """The lines of a file, the last one empty if it ends in a line end, and what was changed."""
    repairs: list[Repair] = []
    lines: list[str] = []
    for number, line in enumerate(_split(path, _utf8(path, raw, repairs), repairs), 1):
        text = _decoded(path, number, line, encoding, repairs)
        clean = _clean_record(text) if kind == "jsonl" else _clean_row(text)
        if clean != text:
            repairs.append(_cleaned(path, number, text, clean))
        lines.append(clean)
    return lines, repairs


def _utf8(path: str, raw: bytes, repairs: list[Repair]) -> bytes:
    """The bytes without a mark, in UTF-8 if the mark was that of UTF-16 or UTF-32."""
    wide = wide_mark(raw)
    if wide:
        repairs.append(Repair("unreadable", Place(path, 1), f"{wide} converted to UTF-8"))
        return raw.decode(wide.lower(), "replace").encode("utf-8")
    if raw.startswith(UTF8_MARK):
        repairs.append(Repair("byte-order-mark", Place(path, 1), "byte order mark removed"))
        return raw[len(UTF8_MARK) :]
    return raw


def _split(path: str, raw: bytes, repairs: list[Repair]) -> list[bytes]:
    """The lines without their ends."""
    if b"\n" not in raw and b"\r" in raw:
        lines = raw.split(b"\r")
        repairs.append(Repair("line-ends", Place(path, 1), f"\\r made \\n on {counted(len(lines), 'line')}"))
        return lines
    lines = raw.split(b"\n")
    returns = [number for number, line in enumerate(lines, 1) if line.endswith(b"\r") and number < len(lines)]
    if returns:
        change = f"\\r\\n made \\n on {counted(len(returns), 'line')}"
        repairs.append(Repair("line-ends", Place(path, returns[0]), change))
        for number in returns:
            lines[number - 1] = lines[number - 1][:-1]
    return lines


def _decoded(path: str, number: int, line: bytes, encoding: str, repairs: list[Repair]) -> str:
    """The text of a line; where it is not UTF-8, in the encoding that is named, or else the usual one.

    Bytes that the usual one does not know stay as they are (as surrogates).
    """
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = line.decode(encoding or WESTERN)
    except LookupError as error:
        raise SettingsError(
            "encoding", "the name of an encoding", repr(encoding), "For example latin-1."
        ) from error
    except UnicodeDecodeError:
        return line.decode("utf-8", "surrogateescape")
    repairs.append(
        Repair("not-utf-8", Place(path, number), f"read as {encoding or 'Windows-1252'}: {text.strip()[:60]}")
    )
    return text


def clean(form: str) -> str:
    """A token decoded as it was meant, composed (NFC), without characters that cannot be seen and do nothing."""
    return form if form.isascii() else unicodedata.normalize("NFC", without_invisible(decoded_again(form)))


def _clean_row(text: str) -> str:
    if text.isascii():
        return text
    separator = "\t" if "\t" in text else " "
    return separator.join(map(clean, text.split(separator)))


def _clean_record(text: str) -> str:
    """A line of JSON with clean tokens, or clean text and offsets that fit; as it was where nothing changes."""
    if text.isascii() and "\\u" not in text:
        return text
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(record, dict) or not any(_clean_fields(record)):
        return text
    return json.dumps(record, ensure_ascii=False)


def _clean_fields(record: dict[str, Any]) -> Iterator[bool]:
    """Clean a record in place; whether each field that may hold tokens has changed."""
    for name in ("tokens", "words"):
        tokens = record.get(name)
        if isinstance(tokens, list) and all(isinstance(token, str) for token in tokens):
            record[name] = [clean(token) for token in tokens]
            yield record[name] != tokens
    text, spans = record.get("text"), record.get("spans")
    if isinstance(text, str) and isinstance(spans, list) and "tokens" not in record:
        yield _clean_spans(record, text, spans)


def _clean_spans(record: dict[str, Any], text: str, spans: list[Any]) -> bool:
    """Clean the text of a record and move its offsets, unless an offset falls into what is composed."""
    new = _clean_row(text)
    borders = {
        span[key] for span in spans if isinstance(span, dict) for key in ("start", "end") if key in span
    }
    if new == text or any(type(border) is not int for border in borders):
        return False
    moved = {border: len(_clean_row(text[:border])) for border in borders}
    if any(_clean_row(text[:border]) + _clean_row(text[border:]) != new for border in borders):
        return False
    for span in spans:
        span["start"], span["end"] = moved[span["start"]], moved[span["end"]]
    record["text"] = new
    return True


def _cleaned(path: str, number: int, before: str, after: str) -> Repair:
    """The repair of a line; its kind is that of the first thing that was wrong."""
    old, new = next((a, b) for a, b in zip(before.split(), after.split(), strict=False) if a != b)
    kind = "zero-width"
    if decoded_again(old) != old:
        kind = "mojibake"
    elif not unicodedata.is_normalized("NFC", old):
        kind = "not-nfc"
    change = "composed (NFC)" if kind == "not-nfc" else f"made {shown_form(new)}"
    return Repair(kind, Place(path, number), f"{shown_form(old)} {change}")
