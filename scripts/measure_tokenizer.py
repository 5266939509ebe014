#!/usr/bin/env python
"""Turns English EWT back into raw text; prints how well and how fast the tokenizer finds its words and sentences.

A paragraph is its sentences joined by one space; paragraphs (`# newpar`, `# newdoc`) are separated by a blank line.
Tokens are compared by character span. The words of a multiword range (`don't`) get spans inside its surface where
they concatenate to it, as all do in EWT; otherwise the range counts as one token. A sentence ends with its last token.
"""

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tagger.text.tokenizer import LineBreaks, split_sentences  # noqa: E402

DATA = Path(os.environ.get("TAGGER_DATA", ROOT / ".." / "shared" / "data"))
FILES = {"train": "en_ewt-ud-train.conllu", "dev": "en_ewt-ud-dev.conllu"}
Span = tuple[int, int]


def read_sentences(path: Path) -> Iterator[tuple[bool, str, list[str]]]:
    """Returns for each sentence whether it begins a paragraph, its text and its forms in order."""
    forms: list[str] = []
    new_paragraph, text, covered = True, "", 0
    pieces: list[str] = []  # forms of the range that is being read
    surface = ""
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith(("# newpar", "# newdoc")):
            new_paragraph = True
        elif line.startswith("# text = "):
            text = line[len("# text = ") :]
        elif not line and forms:
            yield new_paragraph, text, forms
            new_paragraph, text, forms, covered = False, "", [], 0
        elif line[:1].isdigit():
            number, form = line.split("\t", 2)[:2]
            if "-" in number:
                covered, surface, pieces = int(number.split("-")[1]), form, []
            elif "." not in number and int(number) <= covered:
                pieces.append(form)
                if int(number) == covered:
                    forms += pieces if "".join(pieces) == surface else [surface]
            elif "." not in number:
                forms.append(form)


def rebuild(path: Path) -> tuple[str, list[Span], set[int]]:
    """Returns the raw text, the spans of its words and the ends of its sentences."""
    parts: list[str] = []
    length, spans, ends = 0, [], set()
    for new_paragraph, text, forms in read_sentences(path):
        gap = "" if not parts else "\n\n" if new_paragraph else " "
        parts += [gap, text]
        length += len(gap)
        position = 0
        for form in forms:
            position = text.index(form, position)
            spans.append((length + position, length + position + len(form)))
            position += len(form)
        ends.add(spans[-1][1])
        length += len(text)
    return "".join(parts), spans, ends


def scores(gold: set[Any], found: set[Any]) -> dict[str, float]:
    """Returns precision, recall and F1."""
    right = len(gold & found)
    return {
        "precision": right / max(1, len(found)),
        "recall": right / max(1, len(gold)),
        "f1": 2 * right / max(1, len(gold) + len(found)),
    }


def tokens_a_second(text: str, line_breaks: LineBreaks, repetitions: int = 5) -> float:
    """Returns the median speed of reading all sentences of a text, offsets included, in processor time."""
    speeds = []
    for _ in range(repetitions):
        begin = time.process_time()
        count = sum(len(sentence.tokens) for sentence in split_sentences(text, line_breaks=line_breaks))
        speeds.append(count / (time.process_time() - begin))
    return statistics.median(speeds)


def differences(text: str, gold: list[Span], found: list[Span], limit: int) -> list[str]:
    """Returns the commonest stretches between common boundaries where the tokens differ, gold first."""
    both = set(gold) & set(found)
    tally: Counter[str] = Counter()
    found_by_start = sorted(set(found) - both)
    stretches: list[list[list[Span]]] = []
    end = -1
    for span, side in sorted([(s, 0) for s in set(gold) - both] + [(s, 1) for s in found_by_start]):
        if span[0] >= end or not stretches:
            stretches.append([[], []])
        stretches[-1][side].append(span)
        end = max(end, span[1])
    for gold_spans, found_spans in stretches:
        tally[" => ".join(" ".join(text[b:e] for b, e in spans) for spans in (gold_spans, found_spans))] += 1
    return [f"{count:4} {line}" for line, count in tally.most_common(limit)]


def main() -> int:
    """Returns the exit code: 1 where the data is absent."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--split", choices=sorted(FILES), default="dev")
    parser.add_argument("--line-breaks", choices=["auto", "paragraph"], default="paragraph")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--differences", type=int, default=0, metavar="N", help="list the N commonest differences too"
    )
    options = parser.parse_args()
    path = DATA / "ewt" / FILES[options.split]
    if not path.exists():
        print(
            f"{path}: expected English EWT, found nothing. Set TAGGER_DATA to the data folder.",
            file=sys.stderr,
        )
        return 1
    text, spans, ends = rebuild(path)
    sentences = list(split_sentences(text, line_breaks=options.line_breaks))
    found = [span for s in sentences for span in zip(s.starts, s.ends, strict=True)]
    found_ends = {s.ends[-1] for s in sentences}
    result: dict[str, object] = {
        "data": path.name,
        "line_breaks": options.line_breaks,
        "tokens": scores(set(spans), set(found)),
        "sentence_ends": scores(ends, found_ends),
        "tokens_per_second": {path.name: round(tokens_a_second(text, options.line_breaks))},
    }
    for book in sorted((DATA / "books").glob("*.txt")):
        speed = tokens_a_second(book.read_text(encoding="utf-8"), "auto")
        result["tokens_per_second"][book.name] = round(speed)  # type: ignore[index]
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        for name in ("tokens", "sentence_ends"):
            print(f"{name:14}", *(f"{key} {value:.4f}" for key, value in result[name].items()))  # type: ignore[attr-defined]
        for name, speed in result["tokens_per_second"].items():  # type: ignore[attr-defined]
            print(f"{speed:>10,} tokens a second  {name}")
    if options.differences:
        print(*differences(text, spans, found, options.differences), sep="\n")
        for kind, places in (("missed", ends - found_ends), ("wrong", found_ends - ends)):
            print(f"sentence ends {kind}: {len(places)}")
            for place in sorted(places)[:: max(1, len(places) // options.differences)]:
                print(
                    "   ",
                    re.sub(r"\s", " ", text[max(0, place - 50) : place]),
                    "||",
                    re.sub(r"\s", " ", text[place : place + 40]),
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
