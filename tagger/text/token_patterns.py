"""Turns the rules for tokens into the one compiled expression that cuts text into pieces: token and white space.

Every repetition is bounded, so a token has at most MAX_TOKEN characters and depends on nothing beyond MAX_CONTEXT
characters after its start. That makes the cut of an endless run without white space independent of how it arrives.
"""

import re
from functools import cache

from tagger.text.abbreviations import (
    BEFORE_LOWER,
    GENERAL,
    LIST_ENDS,
    LONGEST_ABBREVIATION,
    MONTHS,
    NUMBERED,
    STARTERS,
    TITLES,
)
from tagger.text.characters import SINGLE, word_class

MAX_TOKEN = 2048  # characters; only addresses come near it, words are cut after 256
MAX_CONTEXT = 4096  # characters: MAX_TOKEN and what the widest look-ahead may see, rounded up
MAX_GAP = 4096  # characters; longer white space ends a sentence as a blank line does

LINE_BREAK = r"\n\v\f\r\x1c-\x1e\x85\u2028\u2029"  # what str.splitlines takes for the end of a line
SPACE = r" \t\x1f\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"  # all other white space
ONE_BREAK = rf"(?:\r\n|[{LINE_BREAK}])"
SPACES = rf"[{SPACE}]{{0,8}}"  # as far as rules look across white space

# What may stand between two tokens of one paragraph. More white space becomes a break: a piece without a token.
GAPS = {
    "lines": rf"[{SPACE}]{{0,{MAX_GAP}}}+",  # every line break is more
    "blank lines": rf"[{SPACE}]{{0,{MAX_GAP}}}+(?:{ONE_BREAK}[{SPACE}]{{0,{MAX_GAP}}}+(?!\s))?",
}
# Between an abbreviation and the next word of its paragraph; the end of the paragraph.
JOINTS = {"lines": rf"[{SPACE}]{{1,8}}", "blank lines": rf"(?:[{SPACE}]{{1,8}}|{SPACES}{ONE_BREAK}{SPACES})"}
EDGES = {
    "lines": rf"{SPACES}(?:[{LINE_BREAK}]|\Z)",
    "blank lines": rf"{SPACES}(?:\Z|{ONE_BREAK}{SPACES}(?:\Z|[{LINE_BREAK}]))",
}

ENDS = ".?!…‼⁇⁈⁉"  # a run of these is one token
QUOTE = "['’`´]"
LAST = r"(?!\w)"
CLITIC = rf"(?:[sSmMdD]|ll|LL|re|RE|ve|VE){LAST}"
ADDRESS = r"[^\s<>\"“”]"
ADDRESS_END = r"(?<![.,;:!?)\]'’*])"
DOMAIN = "com|org|net|edu|gov|mil|info|biz|int|io|co|uk|ca|de|fr|nl|es|eu|us|au|ru|jp|cn|it|ch|nz|tv"
FILE = (
    "docx?|DOCX?|xlsx?|XLSX?|pdf|PDF|pptx?|PPTX?|txt|TXT|csv|html?|xml|json|jpe?g|JPE?G|png|PNG|gif|GIF|zip|gz|exe|py"
    "|mp[34]|url|cfg|ini"
)
# English Web Treebank: these stay with their word, all other hyphens are tokens.
PREFIX = (
    "[aA](?:nte|nti|rch|gro)|[bB](?:i|io)|[cC](?:o|ounter|ross|yber)|[dD]e|[eE](?:x|co|xtra)?|[iI]n(?:ter|tra)"
    "|[mM](?:acro|ega|icro|id|ini|ulti)|[nN](?:eo|on)|[oO]ver|[pP](?:an|ara|eri|ost|re|ro|seudo|sycho)|[qQ]uasi|[rR]e"
    "|[sS](?:emi|ocio|ub|uper)|[tT]ri|[uU](?:ltra|ni?)|[vV]ice|ANTI|NON|PRE|POST|PRO|EX|CO|RE|MID|SUB|MULTI"
)
SUFFIX = (
    "able|aholic|centric|cracy|crat|ever|esque|ette|fest|fold|gate|hood|ish|itis|less|rama|sized?|wards?|wise"
)
UNIT = (
    "[aApP][mM]|[kKmMcC][mM]|[kKMGT][bB]|kg|KG|mg|ml|lbs?|ft|mi|mph|kph|k?[hH]z|[MGk]Hz|[kKmMtbB]|bn|mn|hh|[hH]rs?|[yY]rs?"
    r"|[mM]ins?|secs?|px|pt|kW|KW|MW|GW|W|sq|pc|[xX](?=\d)|percent|watts?|minutes|hours|days|years|people|persons"
)
HALVES = (  # the first of two words written as one: cannot, gonna, dont, ...
    rf"[cC](?:an(?=not{LAST})|a(?=nt{LAST}))|C(?:AN(?=NOT{LAST})|A(?=NT{LAST}))",
    rf"[gG](?:on(?=na{LAST})|ot(?=ta{LAST}))|[wW](?:an(?=na{LAST})|o(?=nt{LAST}))",
    rf"[dD](?:o|oes|id)(?=nt{LAST})|DO(?=NT{LAST})|[wW](?:as|ould|ere)(?=nt{LAST})",
    rf"[chsCHS](?:ould|as|ad|ave)(?=nt{LAST})|[iI]s(?=nt{LAST})|[aA](?:i|re)(?=nt{LAST})",
)
EMOJI = (
    r"\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2bff"
    r"\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001faff"
)
EMOJI_PART = r"[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\u20e3\U000e0020-\U000e007f]{0,16}"


NUMBER = r"\d{1,64}(?:[.,:](?!(?:19|20)\d\d(?<=,....)(?!\d))\d{1,64}){0,16}"  # but May 5,2005
ALONE = r"(?![\w@]|\.\.)"  # behind the full stop of an abbreviation
# Behind one whose white space is missing: a whole word that is no part of an address.
NAME = r"(?=[A-Z][a-z]{1,64}(?![\w@]|\.\w))"
NEXT = r"(?<=[a-z]\.)[A-Z][a-z]{1,64}(?![\w@.-])"
LOWER = r"(?=[a-z]{2,64}(?![\w@]|\.\w))"


@cache
def piece_pattern(gap: str) -> re.Pattern[str]:
    """Returns the expression that matches the pieces of a text; `lines` or `blank lines` separate paragraphs."""
    return re.compile(rf"\s\s*+|(?:{'|'.join(_alternatives(gap))}){GAPS[gap]}")


@cache
def gap_pattern(gap: str) -> re.Pattern[str]:
    """Returns the expression that matches as much white space as may stand inside a paragraph."""
    return re.compile(GAPS[gap])


def _alternatives(gap: str) -> list[str]:
    """Returns the kinds of token in order of precedence, the common ones early if no later one could match instead."""
    word = word_class()
    return [
        # plain words before anything that cannot change them, unless they may be cannot, gonna or dont
        r"[A-Za-z]{1,64}(?=[ ,;)!?\n])(?<![onNOt][tTa])",
        '[,"]',
        rf"\.(?:(?:{FILE}){LAST}|(?![{ENDS}\d]))",
        r"-(?![->=_])",
        r"[():;](?=\s)|\((?=\w)",
        rf"{QUOTE}(?<=[\w.].){CLITIC}",
        rf"[nN]{QUOTE}[tT]{LAST}(?<=\w...)",
        rf"[{SINGLE}]",
        *HALVES,
        r"\d{1,64}(?=[ ;)!?\n]|[,.:]\s)",
        rf"(?=\d)(?:{'|'.join(_numbers())})",
        rf"[.+](?<![A-Za-z]\.){NUMBER}{LAST}",
        # all other words; those too long for an abbreviation first
        r"[A-Za-z]{1,64}(?=[ ,;)!?\n])",
        rf"[A-Za-z]{{{LONGEST_ABBREVIATION + 1},64}}(?=[.:]\s)",
        rf"(?=\w{{1,16}}\.)(?:{'|'.join(_abbreviations(gap))})",
        rf"[A-Za-z]{{1,64}}(?=[.:]\s|[\":?!]\s|{QUOTE}s\s)",
        rf"(?=[\w%#~.+-]{{1,80}}[@._/:]\w|\w{{1,8}}:/)(?:{'|'.join(_addresses())})",
        rf"[{word}]{{1,64}}(?=[ ,;)!?\n])",
        rf"(?=\w{{1,32}}{QUOTE})(?:{'|'.join(_contractions(word))})",
        rf"(?:{PREFIX})-[{word}]{{1,128}}",
        rf"[A-Za-z]{{1,64}}(?=-[A-Za-z])(?!-(?:{SUFFIX}){LAST})",
        rf"[A-Za-z]{{1,64}}-(?:{SUFFIX}){LAST}",
        rf"[A-Za-z]{{1,3}}(?:&[A-Za-z]{{1,2}}){{1,3}}{LAST}",  # AT&T
        rf"[wWbB]/(?:o|out|c){LAST}|[A-Z]{{1,2}}\$|[cC](?:\+\+|#){LAST}",  # w/o, US$, C++
        rf"[{word}](?:[{word}_]{{0,254}}[{word}])?",
        *_signs(),
        r"\S",
    ]


def _numbers() -> list[str]:
    """Returns the kinds of token that start with a digit: telephone numbers, dates, ordinals, files, plain numbers."""
    return [
        rf"\d{{1,8}}(?:-\d{{1,8}}){{2,6}}{LAST}|\d{{3}}-\d{{4}}{LAST}|\d{{5}}-\d{{4}}{LAST}|\d{{3}}/\d{{3}}-\d{{4}}{LAST}",
        rf"\d{{1,4}}/\d{{1,2}}/\d{{1,4}}{LAST}|(?:0?[1-9]|1[012])/[0-3]\d(?![\w/])",
        rf"\d{{2,4}}['’]s{LAST}|\d{{1,64}}(?:st|nd|rd|th|s|ST|ND|RD|TH){LAST}",
        rf"\d[\w.%#~-]{{0,64}}\.(?:{FILE}){LAST}|\d[\w.+-]{{0,64}}@[\w-]{{1,64}}(?:\.[\w-]{{1,63}}){{0,8}}",
        rf"{NUMBER}(?=(?:{UNIT}){LAST}|[aApP]\.[mM])|{NUMBER}(?!\w)",
    ]


def _abbreviations(gap: str) -> list[str]:
    """Returns the kinds of token with a full stop of their own, and what is before a stop that ends the sentence."""
    edge, joint = EDGES[gap], JOINTS[gap]
    starter = rf"(?:{_any_of(STARTERS)})(?![\w.])"
    opening = rf"{joint}[\"'“‘(\[]?"
    goes_on = rf"(?!{edge}|{opening}{starter})"
    letters = r"[^\W\d_]\.(?:[^\W\d_]\.){1,8}|[A-Za-zÀ-ÖØ-ÞΑ-ΩА-Я]\."  # U.S., p.m., J.
    syllables = r"[A-Z][a-z]{0,2}\.(?:[A-Z][a-z]{0,2}\.){1,4}"  # Ph.D.
    return [
        rf"(?:{_any_of(TITLES)})\.{ALONE}",
        rf"(?:{_any_of(NUMBERED)})\.(?=(?:{joint})?(?:[#\d]|{'|'.join(MONTHS)}))",
        rf"(?:{_any_of(BEFORE_LOWER)})\.(?={joint}[a-z])",
        rf"(?:{_any_of(LIST_ENDS)})\.{ALONE}(?!{edge}|{opening}[A-Z])",
        rf"(?:(?:{_any_of(GENERAL)})\.|{letters}|{syllables}){ALONE}{goes_on}",
        rf"(?=[A-Za-z]{{1,16}}\.[A-Za-z])(?:{'|'.join(_abbreviations_without_space(starter))})",
        rf"[^\W\d_](?:\.[^\W\d_]){{1,8}}(?=\.(?:{ALONE}|{starter})|(?![\w.@]))",
        rf"[A-Z][a-z]{{0,2}}(?:\.[A-Z][a-z]{{0,2}}){{1,4}}(?=\.{ALONE})",
        r"[A-Za-z]{1,16}\.(?=[,;])",
    ]


def _abbreviations_without_space(starter: str) -> list[str]:
    """Returns the abbreviations that the next word touches: `Mr.Smith`, `J.K.Rowling`, `U.S.led`, `e.g.this`."""
    titles = [title for title in TITLES if title.istitle()]
    return [
        rf"(?:{_any_of(titles)})\.{NAME}",
        rf"(?:[A-Z]\.){{1,9}}{NAME}(?!{starter})|(?:[A-Z]\.){{2,9}}{LOWER}(?!(?:{DOMAIN}){LAST})",
        rf"(?:[eE]\.g|[iI]\.e|[aApP]\.m)\.{LOWER}|[aApP]\.m(?=\.[A-Z])",
    ]


def _addresses() -> list[str]:
    """Returns the kinds of token that name a place on the net or a file."""
    return [
        rf"(?:(?:[hH]ttps?|HTTPS?|ftp|file)://|[wW]ww\d?\.){ADDRESS}{{1,1900}}{ADDRESS_END}",
        rf"mailto:{ADDRESS}{{1,400}}{ADDRESS_END}|\w[\w.+%-]{{0,63}}@\w[\w-]{{0,63}}(?:\.(?!{NEXT})[\w-]{{1,63}}){{0,8}}",
        r"\w[\w%#~-]{0,63}(?:\.[\w%#~-]{1,63}){0,8}\."
        rf"(?:(?:{FILE}){LAST}|(?:{DOMAIN}){LAST}(?!\.\w)(?:/{ADDRESS}{{0,900}}{ADDRESS_END})?)",
        rf"(?![a-z]{{1,64}}(?:\.[A-Z][a-z]{{1,30}}){{1,8}}(?![\w.]))[A-Za-z][\w-]{{1,30}}(?:\.[A-Za-z][\w-]{{1,30}}){{2,8}}{LAST}",
    ]


def _contractions(word: str) -> list[str]:
    """Returns the kinds of token with an apostrophe in or behind them: `do` of don't, French `l'`, `O'Brien`."""
    return [
        rf"[{word}]{{1,32}}(?=[nN]{QUOTE}[tT]{LAST})",
        r"(?:[cdjlmnstCDJLMNST]|[qQ]u)['’](?=[aeiouhàâæéèêëîïôœùû])(?!all)",
        rf"[{word}]{{1,64}}(?:['’](?!{CLITIC})[{word}]{{1,64}}){{0,4}}",
    ]


def _signs() -> list[str]:
    """Returns the kinds of token without letters: emoticons, runs of marks, quotes, tags, emoji."""
    mouth = rf"(?:[)(\]\[|/\\*}}{{@]{{1,8}}(?!\w)|[DdPpOoSsXx]{LAST})"
    emoji = f"[{EMOJI}]{EMOJI_PART}"
    return [
        rf"[:;=][-^o*']?{mouth}|[(][-^']?[:=](?!\S)|<3{LAST}|\^[_.-]?\^|-[_.]-",
        rf"\.{{2,64}}+|!{{2,64}}(?![{ENDS}])|\?{{2,64}}(?![{ENDS}])|[?!]{{1,8}}\.?(?!\.)|[{ENDS}]{{1,4}}",
        rf"{QUOTE}(?:\d\ds?|em|Em|n|til|cause|tis|twas){LAST}|''|``|’’|‘‘|‘’",
        r"#[A-Za-z]\w{0,64}|@(?<!\w@)[A-Za-z_]\w{0,64}",
        *(rf"{re.escape(sign)}{{2,128}}" for sign in "-_=*~+<>#|^•·–—§$@&/\\()"),
        rf"{emoji}(?:\u200d{emoji}){{0,8}}|[\U0001f1e6-\U0001f1ff]{{1,2}}|[#*]\ufe0f?\u20e3",
    ]


def _any_of(words: list[str]) -> str:
    """Returns an expression for any of the words, grouped by first letter so that a wrong letter is refused at once."""
    groups: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        groups.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in groups.items())
