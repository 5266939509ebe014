r"""Sentences to CoNLL-U: tags in UPOS, XPOS and MISC.

The task "upos" goes to UPOS, "xpos" (or "pos", where there is no "xpos") to XPOS, every other task to MISC under its
name with a capital: Ner=B-PER. As the layer misc.Ner it is read back; the task "misc.Ner" is written as Ner too.
With probabilities, MISC also has that of each tag: NerProb=0.9876.
A token that was left untagged has "_", or no such key in MISC. What a tag may not have there is escaped: \s space,
\t tab, \n and \r ends of lines, in MISC also \p pipe and \\ backslash.

Sentences that came from CoNLL-U change in nothing else: comments, ranges, empty nodes, other columns, other parts of
MISC and their order, ends of lines, blank lines. Others are written anew: `# text`, and `SpaceAfter=No` where the next
token of the sentence follows at once. Of a column file, comments are kept and document rows become `# newdoc`.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Words
from tagger.text.columns import DOCUMENT_ROW
from tagger.writing.layout import ROW_ENDS, UNTAGGED, Layout, or_else, to_bytes

_BREAK = re.compile(r"[\t\n\r]")
_REPLACED = re.compile(r"#\s*(text|global\.columns)\s*=", re.IGNORECASE)
_IN_COLUMN = str.maketrans({" ": r"\s", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_IN_MISC = _IN_COLUMN | str.maketrans({"|": r"\p", "\\": r"\\"})


def render_conllu(words: Sequence[Words], tagged: Sequence[TaggedSentence], layout: Layout) -> bytes:
    """The sentences with their tags filled in, or written anew."""
    made = _Made(layout.tasks)
    parts = []
    for sentence, tags in zip(words, tagged, strict=True):
        if not sentence.tokens:
            # comments: of a sentence that comes in the next piece
            parts.append(sentence.source or _lines(_comments(sentence.before)))
            continue
        written = [or_else(layout.to_scheme[task](tags.tags[task]), UNTAGGED) for task in layout.tasks]
        fields = [made[key] for key in zip(*written, strict=True)]
        if layout.probabilities and tags.probabilities is not None:
            chances = [tags.probabilities[task] for task in layout.tasks]
            names = [f"{_key(task)}Prob" for task in layout.tasks]
            fields = [
                _fields(
                    own.upos,
                    own.xpos,
                    own.misc | {n: f"{n}={c:.4f}" for n, c in zip(names, row, strict=True)},
                )
                for own, row in zip(fields, zip(*chances, strict=True), strict=True)
            ]
        parts.append(_filled(sentence, fields) if sentence.source else _anew(sentence, tags, fields))
    return to_bytes("".join(parts))


class _Fields(NamedTuple):
    """What tags put into a row."""

    upos: str | None  # None: nothing
    xpos: str | None
    misc: dict[str, str]  # "KEY=VALUE" by key; "": no such key
    row: str  # columns 3 to 10 of a row that has nothing else
    joined: str  # the same where the next token follows at once


class _Made(dict[tuple[str, ...], _Fields]):
    """The fields of a row, by its tags (one of each task): made once, then looked up."""

    def __init__(self, tasks: Sequence[str]) -> None:
        super().__init__()
        self._tasks = tasks
        self._xpos = next((task for task in ("xpos", "pos") if task in tasks), "")

    def __missing__(self, tags: tuple[str, ...]) -> _Fields:
        if len(self) >= ROW_ENDS:
            self.clear()
        by_task = dict(zip(self._tasks, tags, strict=True))
        upos, xpos = (
            by_task.pop(task).translate(_IN_COLUMN) if task in by_task else None
            for task in ("upos", self._xpos)
        )
        keys = [(_key(task), tag) for task, tag in by_task.items()]
        misc = {key: "" if tag == UNTAGGED else f"{key}={tag.translate(_IN_MISC)}" for key, tag in keys}
        self[tags] = _fields(upos, xpos, misc)
        return self[tags]


def _fields(upos: str | None, xpos: str | None, misc: dict[str, str]) -> _Fields:
    row, joined = (
        f"\t_\t{upos or UNTAGGED}\t{xpos or UNTAGGED}\t_\t_\t_\t_\t{_with_keys(start, misc)}\n"
        for start in (UNTAGGED, "SpaceAfter=No")
    )
    return _Fields(upos, xpos, misc, row, joined)


def _key(task: str) -> str:
    """The key of MISC that a task is written under."""
    name = task.removeprefix("misc.")
    return (name if name != task else name[:1].upper() + name[1:]).translate(_IN_MISC)


def _filled(words: Words, fields: Sequence[_Fields]) -> str:
    """The sentence as it stood, with the fields in its rows."""
    lines = words.source.split("\n")
    for place, own in zip(words.places, fields, strict=True):
        line = lines[place]
        number, form, lemma, upos, xpos, rest = line.split("\t", 5)
        if own.misc:
            between, tab, misc = rest.rpartition("\t")
            end = "\r" if misc.endswith("\r") else ""
            rest = f"{between}{tab}{_with_keys(misc.removesuffix(end), own.misc)}{end}"
        upos, xpos = upos if own.upos is None else own.upos, xpos if own.xpos is None else own.xpos
        lines[place] = f"{number}\t{form}\t{lemma}\t{upos}\t{xpos}\t{rest}"
    return "\n".join(lines)


def _with_keys(misc: str, keys: dict[str, str]) -> str:
    """MISC with new values for `keys`: in their place where it has them, else behind the rest."""
    if misc == UNTAGGED:
        return "|".join(filter(None, keys.values())) or UNTAGGED
    parts = []
    left = dict(keys)
    for part in misc.split("|"):
        key, equals, _ = part.partition("=")
        parts.append(left.pop(key, "") if equals and key in keys else part)  # a second one of the name goes
    return "|".join(filter(None, [*parts, *left.values()])) or UNTAGGED


def _anew(words: Words, tags: TaggedSentence, fields: Sequence[_Fields]) -> str:
    """The sentence with the fields in rows that have nothing else."""
    forms = words.tokens
    if _BREAK.search("".join(forms)):
        forms = [_BREAK.sub(" ", form) for form in forms]
    text, rows = [], []
    following = [*tags.starts[1:], -1]
    for number, (form, end, start, own) in enumerate(
        zip(forms, tags.ends, following, fields, strict=True), 1
    ):
        text.append(form if start == end else form + " ")
        rows.append(f"{number}\t{form}{own.joined if start == end else own.row}")
    return f"{_lines(_comments(words.before))}# text = {''.join(text)[:-1]}\n{''.join(rows)}\n"


def _lines(lines: Sequence[str]) -> str:
    return "".join([f"{line}\n" for line in lines])


def _comments(before: Sequence[str]) -> list[str]:
    """What stood in front of a sentence in a column file, as far as it is true of what is written."""
    lines = ["# newdoc" if line.startswith(DOCUMENT_ROW) else line for line in before]
    return [line for line in lines if line.startswith("#") and not _REPLACED.match(line)]
