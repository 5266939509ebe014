"""The shape of a token to judgements: what was not cut where words are cut, and what is far too long for a word."""

import re
from collections.abc import Iterator

from tagger.text.check_characters import shown_form
from tagger.text.check_forms import Judgement

LONGEST_WORD = 35
"""Letters of a word; compounds of German, Dutch or Finnish stay below."""

LONGEST_TOKEN = 100
"""Characters of anything, except addresses and rows of one sign."""

LONGEST_OF_ALL = 1000
"""Characters of addresses and rows of one sign too."""

_ADDRESS = re.compile(r"https?:|www\.|ftp:|[^\s@]@[^\s@]|/|\\", re.IGNORECASE)
_GLUED_ADDRESS = re.compile(r"(.*?[^\W_])[^\w]?(https?://|www\.)(?=\w)", re.IGNORECASE)
_SCHEME_ONLY = re.compile(r"(?:https?|ftp)[:/]+|.*[/=?&:@].*", re.IGNORECASE)
_SENTENCES = re.compile(r"(?:[^\W\d_]{2,}[-'])*([^\W\d_]{3,})([.?!])([^\W\d_]{2,})")
_PUNCTUATED = re.compile(r"[^\W\d_]{3,}[,:;]")
_SPACED_NUMBER = re.compile(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_REPEATED = re.compile(r"(.{1,3}?)\1*.{0,3}", re.DOTALL)
_TOP_DOMAINS = frozenset(
    "com net org edu gov info biz co uk de fr es it nl be eu ru us ca au tv io ai".split()
)


def judge_shape(form: str) -> Iterator[Judgement]:
    """What is odd about the shape of a token."""
    if len(form) > LONGEST_WORD and _is_too_long(form):
        yield Judgement("long-token", f"a token of {len(form)} characters: {shown_form(form)}")
    if " " in form and not form.isspace() and not _SPACED_NUMBER.fullmatch(form):
        yield Judgement("space-in-token", f"{shown_form(form)}, with a space inside")
    if match := _glued_address(form):
        yield Judgement("glued-url", shown_form(form), f"a space before {match!r}")
    if _is_two_sentences(form):
        yield Judgement("glued-sentences", shown_form(form), "a space between two sentences")
    if _PUNCTUATED.fullmatch(form):
        yield Judgement("glued-punctuation", shown_form(form), f"{form[:-1]!r} and {form[-1]!r}")


def _is_too_long(form: str) -> bool:
    if len(form) > LONGEST_OF_ALL:
        return True
    if _ADDRESS.search(form) or _REPEATED.fullmatch(form):
        return False
    return len(form) > LONGEST_TOKEN or any(len(word) > LONGEST_WORD for word in re.split(r"[\W\d_]+", form))


def _glued_address(form: str) -> str:
    """The beginning of an address that stands behind a word, or ""."""
    match = _GLUED_ADDRESS.match(form)
    return match[2] if match and not _SCHEME_ONLY.fullmatch(match[1]) else ""


def _is_two_sentences(form: str) -> bool:
    """Whether a word in lower case, an end of sentence and a capitalised word are one token ("end.The")."""
    match = _SENTENCES.fullmatch(form)
    if not match or match[3].lower() in _TOP_DOMAINS:
        return False
    return match[1][1:].islower() and match[3][0].isupper() and match[3][1:].islower()
