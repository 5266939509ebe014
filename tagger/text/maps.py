"""Label maps: `[COLUMN:]OLD=NEW` to tags renamed or removed before a column's scheme is looked at.

OLD is a whole tag (`B-O`, `NNPS`) or a type of spans (`OTH`); a whole tag goes before a type. NEW is another tag or
type, or `O`, which removes every span that OLD touches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tagger.errors import SettingsError
from tagger.text.schemes import OUTSIDE, join_tag, spans_of, split_tag
from tagger.text.sentences import Sentence


@dataclass(frozen=True, slots=True)
class LabelMap:
    """One `[COLUMN:]OLD=NEW`; without a column it holds for all."""

    column: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.column}:{self.old}={self.new}" if self.column else f"{self.old}={self.new}"


def parse_map(text: str) -> LabelMap:
    """The map that `text` writes. Raises SettingsError. What stands before the first colon is the column."""
    before, _, new = text.rpartition("=")
    column, _, old = before.partition(":") if ":" in before else ("", "", before)
    if not old or not new:
        expected, hint = "[COLUMN:]OLD=NEW", "For example ner:OTH=O, which removes the spans of type OTH."
        raise SettingsError("map", expected, repr(text), hint)
    return LabelMap(column, old, new)


def apply_maps(sentences: Sequence[Sentence], maps: Iterable[LabelMap]) -> dict[LabelMap, int]:
    """Rename and remove tags in place; how many tags each map spoke about."""
    counts = dict.fromkeys(maps, 0)
    for column in {name for sentence in sentences for name in sentence.tags} if counts else ():
        here = [label_map for label_map in counts if label_map.column in ("", column)]
        distinct = {tag for sentence in sentences for tag in sentence.tags[column]}
        found = {tag: rule for tag in distinct if (rule := _rule(tag, here)) is not None}
        if found:
            table = {tag: _renamed(tag, rule) for tag, rule in found.items()}
            for sentence in sentences:
                tags = sentence.tags[column]
                if not table.keys().isdisjoint(tags):
                    sentence.tags[column] = _rewritten(tags, table)
                    for tag in tags:
                        if tag in found:
                            counts[found[tag]] += 1
    return counts


def _rule(tag: str, maps: Sequence[LabelMap]) -> LabelMap | None:
    """The map for `tag`: one of the whole tag, else one of its type."""
    mark = split_tag(tag)
    by_type = None if mark is None or not mark[1] else next((m for m in maps if m.old == mark[1]), None)
    return next((m for m in maps if m.old == tag), by_type)


def _renamed(tag: str, rule: LabelMap) -> str:
    if rule.old == tag or rule.new == OUTSIDE:
        return rule.new
    return tag[:2] + rule.new


def _rewritten(tags: Sequence[str], table: dict[str, str]) -> list[str]:
    """`tags` by `table`; a span one of whose tags becomes O is removed whole, and no two spans grow together."""
    new = [table.get(tag, tag) for tag in tags]
    for start, end, _ in spans_of(tags):
        if OUTSIDE in new[start:end]:
            new[start:end] = [OUTSIDE] * (end - start)
        elif tags[start] != new[start] or (start and tags[start - 1] != new[start - 1]):
            mark, last = split_tag(new[start]), split_tag(new[start - 1]) if start else None
            if (
                mark is not None
                and last is not None
                and mark[0] == "I"
                and last[0] != OUTSIDE
                and last[1] == mark[1]
            ):
                new[start] = join_tag("B", mark[1])
    return new
