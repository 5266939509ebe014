#!/usr/bin/env python
"""What a model loses on text that is not clean: `python scripts/measure_robustness.py MODEL`.

English EWT's development data as raw text, and copies of it: in lower case, in upper case, in title case, with typos
(one edit in 10 % of the words of four letters or more: tagger/training/noise.py), and with the white space missing
behind half of the punctuation marks that have some. Each copy is tagged twice:

from raw text, by the whole pipeline. As its tokens may differ from the gold ones, both are compared by characters: a
    token is right if a gold token has the same span and the same tag (aligned F1, as the CoNLL 2018 shared task scores
    UPOS and XPOS: Zeman et al. 2018, section 5), an entity if a gold one has the same span and type (F1).
from gold tokens, where missing spaces change nothing: share of right tags, F1 of entities.

The text is the sentences joined by a space, with a blank line between paragraphs. The words of a multiword token
("don't") have spans inside it where they concatenate to it, as all do in EWT; else each has the span of the whole.
Each change of the text keeps a map of its characters, by which the gold spans move along. The noise is drawn from
--seed. The corpora are looked for in the folder TAGGER_DATA (default: ../shared/data beside the repository).
"""

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tagger.training.noise import Edit, apply_edits, may_have_typo, random_typo  # noqa: E402

FILES = "en_ewt-ud-dev.conllu", "en_ewt-ud-dev.iob2"
TAGS = ("upos", "xpos")
ENTITIES = "ner"
MARKS = frozenset(".,;:!?)")
"""Last characters of the punctuation marks behind which white space may be missing."""

Span = tuple[int, int]


@dataclass
class Gold:
    """Raw text and what is right about it; all sentences one after the other."""

    text: str
    words: list[Span] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)  # upos and xpos, a tag a word
    lengths: list[int] = field(default_factory=list)  # words of each sentence
    entities: list[tuple[int, int, str]] = field(
        default_factory=list
    )  # first word, word behind the last, type

    def changed(self, edits: Iterable[Edit]) -> "Gold":
        """The same after `edits` of the text."""
        text, places = apply_edits(self.text, edits)
        words = [(places[begin], places[end]) for begin, end in self.words]
        return Gold(text, words, self.tags, self.lengths, self.entities)

    def sentences(self) -> list[list[str]]:
        """The tokens of each sentence."""
        tokens = iter(self.text[begin:end] for begin, end in self.words)
        return [[next(tokens) for _ in range(length)] for length in self.lengths]


# Copies of the text -------------------------------------------------------------------------------------------------


def in_case(change: Callable[[str], str]) -> Callable[[Gold, Random], list[Edit]]:
    """Edits that change every character by itself."""
    return lambda gold, _: [
        Edit(place, place + 1, change(letter))
        for place, letter in enumerate(gold.text)
        if change(letter) != letter
    ]


def in_title_case(gold: Gold, _: Random) -> list[Edit]:
    """Edits that give every word that white space separates a capital, if it begins with a letter."""
    return [
        Edit(place, place + 1, letter.upper())
        for place, letter in enumerate(gold.text)
        if letter.islower() and (not place or gold.text[place - 1].isspace())
    ]


def with_typos(rate: float) -> Callable[[Gold, Random], list[Edit]]:
    """Edits that put a typo into a share of the words that may have one."""

    def edits(gold: Gold, random: Random) -> list[Edit]:
        found = []
        for begin, end in gold.words:
            word = gold.text[begin:end]
            if may_have_typo(word) and random.random() < rate:
                edit = random_typo(word, random)
                found.append(Edit(begin + edit.start, begin + edit.end, edit.text))
        return found

    return edits


def without_spaces(rate: float) -> Callable[[Gold, Random], list[Edit]]:
    """Edits that delete the space behind a share of the punctuation marks (by their gold tag) that have just one."""

    def edits(gold: Gold, random: Random) -> list[Edit]:
        found = []
        for (_, end), tag in zip(gold.words, gold.tags["upos"], strict=True):
            behind = gold.text[end : end + 2]
            able = tag == "PUNCT" and gold.text[end - 1] in MARKS
            if able and behind[:1] == " " and not behind[1:].isspace() and random.random() < rate:
                found.append(Edit(end, end + 1, ""))
        return found

    return edits


def copies(typos: float, spaces: float) -> dict[str, Callable[[Gold, Random], list[Edit]]]:
    """Name of each copy -> its edits."""
    return {
        "clean": lambda gold, random: [],
        "lower case": in_case(str.lower),
        "UPPER CASE": in_case(str.upper),
        "Title Case": in_title_case,
        f"typos {100 * typos:g} %": with_typos(typos),
        f"no spaces {100 * spaces:g} %": without_spaces(spaces),
    }


# Gold ---------------------------------------------------------------------------------------------------------------


def read_gold(conllu: Path, layer: Path) -> Gold:
    """The text, words and tags of a CoNLL-U file with the entities of a layer on the same sentences, found by id."""
    from tagger.text.conllu import read_iob2
    from tagger.text.schemes import spans_of

    layers = {sentence.id: sentence for sentence in read_iob2(str(layer))}
    gold = Gold("", tags={name: [] for name in TAGS})
    parts: list[str] = []
    length, paragraph = 0, True
    for block in conllu.read_text(encoding="utf-8").strip().split("\n\n"):
        comments = dict(line[2:].partition(" = ")[::2] for line in block.split("\n") if line.startswith("# "))
        rows = [line.split("\t") for line in block.split("\n") if line[:1].isdigit()]
        paragraph = not parts or any(name.startswith(("newpar", "newdoc")) for name in comments)
        gap = "" if not parts else "\n\n" if paragraph else " "
        text, names = comments["text"], layers[comments["sent_id"]]
        words = [row for row in rows if row[0].isdigit()]
        if [row[1] for row in words] != names.tokens:
            raise SystemExit(f"error: expected the tokens of {conllu} in {layer}, found others in {names.id}")
        first = len(gold.words)
        gold.entities += [(first + b, first + e, kind) for b, e, kind in spans_of(names.tags[ENTITIES])]
        gold.words += [(length + len(gap) + b, length + len(gap) + e) for b, e in word_spans(text, rows)]
        gold.lengths.append(len(words))
        for name, column in zip(TAGS, (3, 4), strict=True):
            gold.tags[name] += [row[column] for row in words]
        parts += [gap, text]
        length += len(gap) + len(text)
    gold.text = "".join(parts)
    return gold


def word_spans(text: str, rows: Sequence[Sequence[str]]) -> list[Span]:
    """Where the words of a sentence stand in its text; rows: those of words, ranges and empty nodes."""
    forms = {row[0]: row[1] for row in rows}
    spans: list[Span] = []
    place = 0
    while str(len(spans) + 1) in forms:
        number = len(spans) + 1
        last = next((int(key.split("-")[1]) for key in forms if key.startswith(f"{number}-")), 0)
        pieces = [forms[str(n)] for n in range(number, max(last, number) + 1)]
        surface = forms[f"{number}-{last}"] if last else pieces[0]
        place = text.index(surface, place)
        if "".join(pieces) == surface:
            for piece in pieces:
                spans.append((place, place + len(piece)))
                place += len(piece)
        else:
            spans += [(place, place + len(surface))] * len(pieces)
            place += len(surface)
    return spans


# Scores -------------------------------------------------------------------------------------------------------------


def f1(gold: Iterable[Any], found: Iterable[Any]) -> float:
    """2 * right / (gold + found), of multisets; 0 where both are empty."""
    one, two = Counter(gold), Counter(found)
    return 2 * (one & two).total() / max(1, one.total() + two.total())


def score_raw(nlp: Any, gold: Gold) -> dict[str, float]:
    """Aligned F1 of tokens, of each tag and of entities, tagged from the raw text."""
    sentences = nlp.tag(gold.text, line_breaks="paragraph")
    words = [span for s in sentences for span in zip(s.starts, s.ends, strict=True)]
    scores = {"tokens": f1(gold.words, words)}
    for task in (task for task in TAGS if task in nlp.tasks):
        tags = [tag for s in sentences for tag in s.tags[task]]
        scores[task] = f1(zip(gold.words, gold.tags[task], strict=True), zip(words, tags, strict=True))
    if ENTITIES in nlp.tasks:
        found = [(e.start_char, e.end_char, e.label) for s in sentences for e in s.spans(ENTITIES)]
        scores[ENTITIES] = f1(
            ((gold.words[begin][0], gold.words[end - 1][1], kind) for begin, end, kind in gold.entities),
            found,
        )
    return scores


def score_tokens(nlp: Any, gold: Gold) -> dict[str, float]:
    """Share of right tags and F1 of entities, tagged from the gold tokens."""
    from tagger.text.schemes import spans_of

    sentences = list(nlp.tag_sentences(gold.sentences()))
    scores = {}
    for task in (task for task in TAGS if task in nlp.tasks):
        tags = [tag for s in sentences for tag in s.tags[task]]
        scores[task] = sum(map(str.__eq__, tags, gold.tags[task])) / max(1, len(tags))
    if ENTITIES in nlp.tasks:
        found, first = [], 0
        for s in sentences:
            spans = spans_of(s.tags[ENTITIES], nlp.scheme(ENTITIES))
            found += [(first + begin, first + end, kind) for begin, end, kind in spans]
            first += len(s.tokens)
        scores[ENTITIES] = f1(gold.entities, found)
    return scores


def print_table(title: str, rows: dict[str, dict[str, float]]) -> None:
    """A line a copy: each score in per cent, and what it is more or less than that of the first."""
    first = next(iter(rows.values()))
    print(f"{title:<16}" + "".join(f"{name:>16}" for name in first))
    for copy, scores in rows.items():
        cells = [f"{100 * score:.2f}" for score in scores.values()]
        if scores is not first:
            drops = [f"{100 * (score - first[name]):+.2f}" for name, score in scores.items()]
            cells = [f"{cell} {drop:>7}" for cell, drop in zip(cells, drops, strict=True)]
        else:
            cells = [f"{cell}{'':8}" for cell in cells]
        print(f"{copy:<16}" + "".join(f"{cell:>16}" for cell in cells))


def main() -> None:
    """Tag and score every copy."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="model folder with any of the tasks upos, xpos and ner")
    parser.add_argument("--seed", type=int, default=1, help="of the noise")
    parser.add_argument("--typos", type=float, default=0.1, help="share of the words of four letters or more")
    parser.add_argument("--spaces", type=float, default=0.5, help="share of the punctuation marks")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    data = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data")) / "ewt"
    for name in FILES:
        if not (data / name).is_file():
            sys.exit(f"error: expected {data / name}, found none. Set TAGGER_DATA to the folder of corpora.")
    import tagger

    nlp = tagger.load(options.model)
    gold = read_gold(*(data / name for name in FILES))
    raw, ready = {}, {}
    for name, edits in copies(options.typos, options.spaces).items():
        changed = gold.changed(edits(gold, Random(options.seed)))
        raw[name] = score_raw(nlp, changed)
        if not name.startswith("no spaces"):
            ready[name] = score_tokens(nlp, changed)
    report = {"data": FILES[0], "model": str(options.model), "seed": options.seed}
    if options.json:
        print(json.dumps({**report, "raw": raw, "tokens": ready}, indent=2))
        return
    print(f"{options.model} on {FILES[0]}, seed {options.seed}, per cent (and against clean)\n")
    print_table("from raw text", raw)
    print()
    print_table("gold tokens", ready)


if __name__ == "__main__":
    main()
