"""Tags of one column to the spelling that is meant: white space, case and signs made those of the most frequent one."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

from tagger.text.schemes import OUTSIDE, split_tag

_LOOSE = re.compile(r"\s*([BIESLUbieslu])\s*[-_\u2010-\u2014:]\s*(\S.*?)\s*", re.DOTALL)
RARER = 4
"""A tag without spans is a slip only where the other spelling is at least so many times as frequent: some tag sets
tell cases apart."""


def renamed_tags(counts: Mapping[str, int], *, spans: bool) -> dict[str, str]:
    """Tags that are a variant of a more frequent one -> that one.

    Of spans, the types are compared, and letters and hyphens put right; "o" is O where there is an O. What was renamed
    counts for its new spelling, so renaming again changes nothing more.
    """
    table = {tag: tag for tag in counts}
    current = Counter(counts)
    while found := _renamed_once(current, spans):
        table = {tag: found.get(new, new) for tag, new in table.items()}
        current = Counter()
        for tag, count in counts.items():
            current[table[tag]] += count
    return {tag: new for tag, new in table.items() if new != tag}


def _renamed_once(counts: Mapping[str, int], spans: bool) -> dict[str, str]:
    """As `renamed_tags`, with the counts as they are."""
    labels: Counter[str] = Counter()
    for tag, count in counts.items():
        label = _label(tag, spans)
        if label:
            labels[label] += count
    best: dict[str, str] = {}
    for label in sorted(labels, key=lambda label: (-labels[label], label)):
        best.setdefault(_folded(label), label)
    table = {}
    for tag in counts:
        new = _renamed(tag, best, spans, outside=OUTSIDE in counts)
        if new != tag and (spans or tag != tag.strip() or counts.get(new, 0) >= RARER * counts[tag]):
            table[tag] = new
    return table


def _label(tag: str, spans: bool) -> str:
    """The part of a tag that is compared: the type of a span, else the tag."""
    if not spans:
        return tag
    match = _LOOSE.fullmatch(tag)
    return match[2] if match else ""


def _renamed(tag: str, best: Mapping[str, str], spans: bool, *, outside: bool) -> str:
    if not spans:
        return best[_folded(tag)].strip() if any(char.isalnum() for char in tag) else tag.strip() or tag
    match = _LOOSE.fullmatch(tag)
    if not match:
        return OUTSIDE if outside and tag.strip() in ("o", OUTSIDE) else tag
    new = f"{match[1].upper()}-{best[_folded(match[2])].strip()}"
    return new if split_tag(new) else tag


def _folded(label: str) -> str:
    """What variants of a label have in common."""
    text = unicodedata.normalize("NFKC", label).strip().casefold()
    return re.sub(r"[\s_\u2010-\u2014-]+", "-", text)
