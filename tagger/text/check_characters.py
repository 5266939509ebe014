"""The characters of a token to judgements: lost, invisible, look-alike, undecoded and uncomposed ones.

What a script or an emoji needs is not odd: joiners between Arabic, Indic or emoji characters, variation selectors
behind emoji, marks that have no composed form.
"""

import re
import unicodedata
from collections.abc import Iterator

from tagger.text.check_forms import Judgement

# Zero-width space, joiners, word joiner and its kin, direction marks, a byte order mark inside text.
_INVISIBLE = "\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u180e"
_ANY_INVISIBLE = re.compile(f"[{_INVISIBLE}]")
_HIDDEN_SPACE = re.compile("(?<=[^\\W_])\u200b(?=[^\\W_])")
_JOINERS = "\u200c\u200d"
_DIRECTIONS = "\u200e\u200f"
_NOTHING_TO_SEE = re.compile(f"[\\s\u00a0\u00ad\u034f\ufe00-\ufe0f{_INVISIBLE}\u2800\u3164\ufff9-\ufffb]+")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_NO_BREAK = re.compile("[\u00a0\u2007\u202f]")
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|hellip|[lr]dquo|[lr]squo|[mn]dash|#[0-9]{2,5}|#x[0-9a-fA-F]{2,4})\b;?"
)

# Bytes of UTF-8 that begin and continue a character, as Windows-1252 shows them.
_CONTINUES = "".join(
    re.escape(bytes([byte]).decode("cp1252", "ignore") or chr(byte)) for byte in range(0x80, 0xC0)
)
_UNDECODED = re.compile(f"(?:[\u00c2-\u00c5][{_CONTINUES}]|\u00e2[{_CONTINUES}]{{2}}|\u00ef\u00bb\u00bf)+")

# Letters that look like a Latin letter.
_LOOKS_LATIN = frozenset("АВЕЅІЈКМНОРСТХУаеорсухіјѕԁԛԝһѵΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι")
# Latin letters that look like a Cyrillic or Greek one.
_LOOKED_LIKE = frozenset("ABEZHIJKMNOPCTYXSaeopcyxijsdqwhvn")


def judge_characters(form: str) -> Iterator[Judgement]:
    """What is odd about the characters of a token."""
    if form.isascii() and form.isprintable() and "&" not in form:
        return
    shown = shown_form(form)
    if _NOTHING_TO_SEE.fullmatch(form):
        yield Judgement("blank-token", f"the token {shown}, in which nothing can be seen")
        return
    if "\ufffd" in form:
        yield Judgement("replacement-character", f"{shown}, with U+FFFD where a character was lost")
    for kind, pattern, what in _PATTERNS:
        if match := pattern.search(form):
            yield Judgement(kind, f"{shown}, with {what} {_code(match[0][0])}", *_ADVICE.get(kind, ()))
    if match := _HIDDEN_SPACE.search(form):
        words = " and ".join(repr(word) for word in form.split("\u200b"))
        yield Judgement("zero-width-space", f"{shown}, with a space of no width (U+200B)", words)
    clean = without_invisible(form)
    if clean != form:
        char = next(c for c, d in zip(form, clean + "\0", strict=False) if c != d)
        yield Judgement("zero-width", f"{shown}, with {_code(char)}", repr(clean), _FIXED)
    if match := _ENTITY.search(form):
        yield Judgement("html-entity", f"{shown}, with {match[0]}", "the character that it stands for")
    decoded = decoded_again(form)
    if decoded != form:
        yield Judgement("mojibake", shown, repr(decoded), "UTF-8 was read as Windows-1252. --fix mends it.")
    elif not unicodedata.is_normalized("NFC", form):
        composed = unicodedata.normalize("NFC", form)
        yield Judgement("not-nfc", f"{shown} ({len(form)} characters)", f"NFC ({len(composed)})", _FIXED)
    yield from _mixed(form, shown)


_FIXED = "--fix mends it."
_PATTERNS = (
    ("control-character", _CONTROL, "the control character"),
    ("private-use", _PRIVATE, "the private character"),
    ("soft-hyphen", re.compile("\u00ad"), "a soft hyphen,"),
    ("no-break-space", _NO_BREAK, "the no-break space"),
    ("ligature", _LIGATURE, "the ligature"),
)
_ADVICE: dict[str, tuple[str, str]] = {"ligature": ("its letters", "")}


def without_invisible(form: str) -> str:
    """A token without the invisible characters that its script or an emoji does not need."""
    if not _ANY_INVISIBLE.search(form):
        return form
    kept = [
        char
        for i, char in enumerate(form)
        if not _ANY_INVISIBLE.match(char) or (i > 0 and _is_needed(char, form[i - 1], form[i + 1 : i + 2]))
    ]
    clean = "".join(kept)
    return clean if clean.strip() else form


def _is_needed(char: str, before: str, after: str) -> bool:
    """Whether an invisible character does work between its neighbours."""
    if char in _JOINERS:
        return after != "" and _is_joined(before) and _is_joined(after)
    if char == "\u200b":
        return before.isalnum() and after.isalnum()  # it may part two words
    return char in _DIRECTIONS and unicodedata.bidirectional(before) in ("R", "AL")


def _is_joined(char: str) -> bool:
    """Whether `char` belongs to a script with joined letters or clusters, or is a pictograph, or goes with one."""
    code = ord(char)
    return 0x600 <= code <= 0x1CFF or code >= 0x1F000 or 0x2190 <= code <= 0x2BFF or code == 0xFE0F


def decoded_again(form: str) -> str:
    """A token whose UTF-8 was taken for Windows-1252 as it was; any other as it is."""
    return _UNDECODED.sub(_decoded, form)


def _decoded(match: re.Match[str]) -> str:
    raw = b"".join(_byte(char) for char in match[0])
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
    return text if all(_is_western(char) for char in text) else match[0]


def _byte(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return bytes([ord(char)])


def _is_western(char: str) -> bool:
    """Whether `char` is a letter or sign of Western text: what is garbled in this way."""
    return "\u00a0" <= char <= "\u017f" or "\u2010" <= char <= "\u2044" or char in "€™\ufeff"


def _mixed(form: str, shown: str) -> Iterator[Judgement]:
    """Latin words with a few Cyrillic or Greek letters that look the same, and the other way round."""
    letters = [char for char in form if char.isalpha()]
    latin = [char for char in letters if char < "\u0250"]
    others = [char for char in letters if "\u0370" <= char <= "\u052f"]
    if not latin or not others:
        return
    few, twins = (others, _LOOKS_LATIN) if len(others) <= len(latin) else (latin, _LOOKED_LIKE)
    if len(letters) > 2 and all(char in twins for char in few):
        odd = ", ".join(f"{_code(char)} {_name(char)}" for char in dict.fromkeys(few))
        yield Judgement("mixed-script", f"{shown}, with {odd}", "letters of one script")


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"


def _name(char: str) -> str:
    return unicodedata.name(char, "without a name")


def shown_form(form: str) -> str:
    """A token as it can be seen in a message: in quotes, odd characters escaped, cut if it is long."""
    text = "".join(c if c.isprintable() and not _ANY_INVISIBLE.match(c) else _escaped(c) for c in form)
    return f"'{text if len(text) <= 60 else text[:50] + '...'}'"


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
