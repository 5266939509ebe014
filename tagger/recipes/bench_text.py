"""A text to measure tagging on: a file cut or repeated to a wanted size, or sentences of a model's own words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from tagger.errors import DataError
from tagger.saved import SavedModel
from tagger.text.lines import UTF8_MARK, decoded, read_raw_lines
from tagger.text.problems import Problems

LONGEST_LINE = 65_536
"""Bytes of a line that are read at once: where a line is longer than the text may be, its beginning will do."""
ZIPF_SHIFT = 2.7
"""Frequency of the word of rank r: 1 / (r + 2.7), Zipf's law as Mandelbrot (1953) fits it to English."""
SENTENCE_WORDS = (5, 35)
SENTENCES_A_LINE = 5
CAPITALISED = 0.1  # share of words inside a sentence
UNKNOWN_WORDS = 0.005  # share of words that no vocabulary has
LETTERS = "etaoinshrdlu"

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class BenchText:
    """Raw text, and in words where it is from."""

    content: str
    source: str


def text_of_file(path: str, *, characters: int) -> BenchText:
    """The beginning of the file `path` ("-": stdin), whole lines, or all of it repeated, about `characters` long.

    Raises DataError where it cannot be read as UTF-8 text or holds nothing but white space.
    """
    lines, length, cut = [], 0, False
    for line in _lines(path):
        if length >= characters:
            cut = True
            break
        lines.append(line)
        length += len(line)
    content = "".join(lines)
    if not content.strip():
        raise DataError(path, None, "text to tag", "none" if not content else "white space alone")
    times = -(-characters // length)
    if cut or times == 1:
        return BenchText(content, f"the beginning of {path}" if cut else path)
    return BenchText("\n\n".join(repeat(content, times)), f"{path}, {times:,} times over")


def text_of_words(model: SavedModel, *, characters: int, seed: int = 1) -> BenchText:
    """Sentences drawn from the words of the `model`, the first ones most often, about `characters` long.

    Some words are new, some have a capital, and digits that the model folds are drawn: forms differ as in real text.
    The same seed gives the same text.
    """
    draw = np.random.default_rng(seed)
    known = model.features.vocabularies.get("word")
    words = [item for item in known.items if _WORD.fullmatch(item)] if known else []
    words = words or [_new_word(draw) for _ in range(10_000)]
    shares = np.cumsum(1 / (np.arange(len(words)) + ZIPF_SHIFT))
    lines: list[str] = []
    length = 0
    while length < characters:
        sentences = (_sentence(words, shares / shares[-1], draw) for _ in range(SENTENCES_A_LINE))
        lines.append(" ".join(sentences) + "\n")
        length += len(lines[-1])
    return BenchText("".join(lines), f"random sentences of the model's words, seed {seed}")


def _lines(path: str) -> Iterator[str]:
    problems = Problems()
    for number, raw in read_raw_lines(path, longest=LONGEST_LINE):
        content = raw.removeprefix(UTF8_MARK) if number == 1 else raw
        text = decoded(path, number, content, problems) or ""
        yield text + "\n" if raw.endswith(b"\n") else text


def _sentence(
    words: list[str], shares: np.ndarray[tuple[int], np.dtype[np.float64]], draw: np.random.Generator
) -> str:
    count = int(draw.integers(*SENTENCE_WORDS))
    places = np.searchsorted(shares, draw.random(count)).tolist()
    chances = draw.random((2, count)).tolist()
    drawn = [
        _new_word(draw)
        if new < UNKNOWN_WORDS
        else words[place].capitalize()
        if capital < CAPITALISED
        else words[place]
        for place, capital, new in zip(places, *chances, strict=True)
    ]
    text = " ".join(drawn)
    if "0" in text:
        text = "".join(str(draw.integers(10)) if c == "0" else c for c in text)
    return f"{text[:1].upper()}{text[1:]}."


def _new_word(draw: np.random.Generator) -> str:
    return "".join(LETTERS[n] for n in draw.integers(0, len(LETTERS), draw.integers(4, 12)).tolist())
