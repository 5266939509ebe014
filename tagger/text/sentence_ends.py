"""Turns a list of tokens into the places where its sentences end, and a sample of text into what its line breaks mean.

A sentence ends at final punctuation (the tokenizer has left no full stop of an abbreviation alone), with the closing
quotes and brackets that touch it, where white space follows and the next token can begin a sentence:

- an ellipsis or an emoticon ends it before a capital only;
- `.`, `?` and `!` end it before lower case too, but not when a closing quote or bracket stands between
  (`"Why?" she asked.`);
- nothing ends before a comma, colon, semicolon, closing bracket or another final mark, which then decides;
- a number with its full stop begins a sentence (`1. The first`);
- the wide marks of Chinese, Japanese, Indic and other scripts need no white space behind them;
- where the white space is missing (`the end.The next`), `.`, `?` and `!` end it before a capitalized word that stands
  there whole, if that word is one that usually begins a sentence or the one before the mark is in lower case
  (`Yahoo!Mail` and `path.Join(x)` go on).
"""

from itertools import pairwise, product
from typing import Literal

from tagger.text.abbreviations import STARTERS

LineBreaks = Literal["auto", "paragraph", "wrapped", "sentence"]

BREAK = ""  # the token that stands for the end of a paragraph
SAMPLE = 65_536  # characters from which `auto` decides
MAX_CLOSERS = 4  # closing quotes and brackets that a sentence may take behind its final mark

_WIDE = frozenset("。！？｡．।॥؟۔።፧፨။៕⸮۝܀܁܂")
_DOTS = frozenset(["…", *("." * n for n in range(2, 65))])
_EMOTICONS = frozenset(
    [
        eyes + nose + mouth
        for eyes in ":;="
        for nose in ("", "-")
        for mouth in (")", "(", "))", "((", "D", "P", "p", "/")
    ]
) | {"^_^", "<3", "(:"}
_MARKS = (
    frozenset("".join(marks) for n in (1, 2, 3, 4) for marks in product(".?!…", repeat=n))
    | {mark * n for mark in "?!" for n in range(5, 65)}
    | {"".join(marks) + dot for n in range(1, 9) for marks in product("?!", repeat=n) for dot in ("", ".")}
)
CANDIDATES = _MARKS | _WIDE | _DOTS | _EMOTICONS | frozenset("‼⁇⁈⁉") | {BREAK}
BREAKS = frozenset([BREAK])

_LATER = CANDIDATES - BREAKS - _DOTS
_CLOSERS = frozenset(["''", "’’", "))", "**", *"\"'”’»›)]}*」』）】》〉"])
_BEFORE_NUMBERS = frozenset(":*(•-–")
_STARTERS = frozenset(STARTERS)
_BEHIND_WORDS = frozenset(",;:'’`")  # what may touch a word on the right
_CONTINUING = frozenset([",", ";", ":", ")", "]", "}", "=", "/", "%", "、", "，", "；", "："])


def sentence_end(tokens: list[str], starts: list[int], ends: list[int], begin: int, at: int) -> int:
    """Returns the index behind the sentence that starts at begin if the mark at `at` ends it, else 0.

    Raises IndexError where the answer depends on tokens that are not there yet.
    """
    mark, after, edge = tokens[at], at + 1, ends[at]
    follower = tokens[after]
    while follower in _CLOSERS and starts[after] == edge and after <= at + MAX_CLOSERS:
        edge, after = ends[after], after + 1
        follower = tokens[after]
    if follower in _LATER and mark not in _EMOTICONS:
        return 0  # the later mark or emoticon belongs to this sentence and decides
    if not follower or mark in _WIDE:
        return after
    if follower in _CONTINUING:
        return 0
    if starts[after] == edge:
        return after if _ends_without_space(tokens, starts, ends, (begin, at, after)) else 0
    first = follower[0]
    if first.islower():
        return 0 if after > at + 1 or mark in _DOTS or mark in _EMOTICONS else after
    if mark in _DOTS or mark in _EMOTICONS:
        return after if first.isupper() else 0
    if mark == "." and at > begin and tokens[at - 1].isdigit():
        return 0 if at == begin + 1 or tokens[at - 2] in _BEFORE_NUMBERS else after
    return after


def _ends_without_space(
    tokens: list[str], starts: list[int], ends: list[int], places: tuple[int, int, int]
) -> bool:
    """Returns whether a sentence ends at a mark that the next word touches; places: its begin, the mark, the word.

    Raises IndexError where the answer depends on tokens that are not there yet.
    """
    begin, at, after = places
    word, before, behind = tokens[after], tokens[at - 1], tokens[after + 1]
    if at == begin or tokens[at] in _DOTS or tokens[at] in _EMOTICONS:
        return False
    if not (word.istitle() and word.isalpha()):
        return False
    if behind and behind[0] not in _BEHIND_WORDS and starts[after + 1] == ends[after]:
        return False
    if before.isdigit() and (at == begin + 1 or tokens[at - 2] in _BEFORE_NUMBERS):
        return False  # 1.The first
    return word in _STARTERS or (len(before) > 1 and before.islower())


def line_break_meaning(sample: str) -> LineBreaks:
    """Returns `wrapped` or `paragraph` for a text from its first SAMPLE characters.

    Wrapped text is known by lines that stop in mid-sentence. Of the line breaks between two lines that hold text, at
    least a quarter stand before a lower-case letter, behind a line without a final mark and of at least half the usual
    width (what nine lines in ten do not exceed, 200 characters at most). All other text has a paragraph a line.
    """
    lines = [line.strip() for line in sample.splitlines()]
    widths = sorted(len(line) for line in lines if line)
    usual = widths[len(widths) * 9 // 10] if widths else 0
    pairs = [(line, following) for line, following in pairwise(lines) if line and following]
    broken = sum(
        following[0].islower() and 2 * len(line) >= usual and line[-1] not in ".?!…:"
        for line, following in pairs
    )
    return "wrapped" if pairs and 4 * broken >= len(pairs) and usual <= 200 else "paragraph"
