"""Lists of names from tagged text: `python scripts/mine_names.py OUTPUT_DIR TAGGED...`.

TAGGED is what `tagger tag` wrote, columns or .jsonl, compressed or not. For each type of span OUTPUT_DIR gets a file
`TYPE.txt`, most frequent first: the phrases that are spans of the type in at least --min-count stretches of text, and
whose occurrences in the text, case folded, are spans of that type in at least --min-share. What stands inside a longer
span (`York` in `New York`) is no occurrence.

Two passes: spans are counted with bounded memory (the rarest are dropped as the table fills), then the occurrences of
those that are frequent enough. A stretch is --stretch sentences, about an article, in which a phrase counts once.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path

from tagger.text.lines import plain_suffix, read_lines
from tagger.text.schemes import IOB2, convert, detect_scheme, spans_of

LONGEST = 6  # tokens of a phrase

Tagged = tuple[list[str], list[str]]  # tokens, tags
Entry = tuple[str, str]  # phrase, type


def read_tagged(path: str, *, column: int = -1, task: str = "ner") -> Iterator[Tagged]:
    """The sentences of a file: tokens and the tags of a column (from 0, negative from the last), or of a task."""
    if plain_suffix(path) == ".jsonl":
        for _, line in read_lines(path):
            record = json.loads(line or "{}")
            if "tokens" in record:
                yield record["tokens"], record["tags"][task]
        return
    rows: list[list[str]] = []
    for _, line in chain(read_lines(path), [(0, "")]):
        if line:
            rows.append(line.split("\t"))
        elif rows:
            yield [row[0] for row in rows], [row[column] for row in rows]
            rows = []


def spread_of_spans(sentences: Iterable[Tagged], *, stretch: int, bound: int) -> Counter[Entry]:
    """In how many stretches of sentences each phrase is a span of each type.

    At most `bound` entries are kept: whenever there are more, the rarest go until half are left, so that what a count
    can lack is no more than the count of what was dropped.
    """
    counts = Counter[Entry]()
    rest = iter(sentences)
    while piece := list(islice(rest, stretch)):
        counts.update({entry for sentence in piece for entry in _entries(*sentence)})
        if len(counts) > bound:
            counts = Counter(dict(counts.most_common(bound // 2)))
    return counts


def _entries(tokens: list[str], tags: list[str]) -> Iterator[Entry]:
    """Phrase and type of the spans that have a capital and are not too long."""
    for start, end, kind in spans_of(tags):
        phrase = " ".join(tokens[start:end])
        if end - start <= LONGEST and phrase != phrase.lower():
            yield phrase, kind


def shares(sentences: Iterable[Tagged], entries: Iterable[Entry]) -> dict[Entry, float]:
    """Of each entry, the part of its phrase's occurrences, case folded, that are spans of its type."""
    phrases = {phrase.lower() for phrase, _ in entries}
    reach: dict[str, int] = {}
    for phrase in phrases:
        first = phrase.partition(" ")[0]
        reach[first] = max(reach.get(first, 0), phrase.count(" ") + 1)
    occurrences, hits = Counter[str](), Counter[Entry]()
    for tokens, tags in sentences:
        spans = spans_of(tags)
        kinds = {(start, end): kind for start, end, kind in spans}
        span_of = {place: (start, end) for start, end, _ in spans for place in range(start, end)}
        folded = [token.lower() for token in tokens]
        for start, token in enumerate(folded):
            for end in range(start + 1, min(start + reach.get(token, 0), len(tokens)) + 1):
                phrase = " ".join(folded[start:end])
                if phrase in phrases and not _is_inside(start, end, span_of.get(start)):
                    occurrences[phrase] += 1
                    if (start, end) in kinds:
                        hits[phrase, kinds[start, end]] += 1
    return {(p, kind): hits[p.lower(), kind] / max(1, occurrences[p.lower()]) for p, kind in entries}


def _is_inside(start: int, end: int, span: tuple[int, int] | None) -> bool:
    """Whether start:end lies in `span` and leaves some of it."""
    return span is not None and end <= span[1] and (start, end) != span


def mine(
    read: Callable[[], Iterable[Tagged]],
    *,
    min_count: int,
    min_share: float,
    most: int,
    stretch: int = 100,
    bound: int = 2_000_000,
) -> dict[str, list[tuple[str, int]]]:
    """Of each type its phrases and their stretches, most frequent first; `read` gives the sentences, twice.

    A phrase in two spellings that differ by case comes once, in the more frequent one.
    """
    counts = spread_of_spans(read(), stretch=stretch, bound=bound)
    frequent = {entry: count for entry, count in counts.items() if count >= min_count}
    share = shares(read(), frequent)
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for (phrase, kind), count in sorted(frequent.items(), key=lambda item: (-item[1], item[0])):
        names = found.setdefault(kind, {})
        if share[phrase, kind] >= min_share and len(names) < most:
            names.setdefault(phrase.lower(), (phrase, count))
    return {kind: list(names.values()) for kind, names in sorted(found.items())}


def main() -> None:
    """Read twice, write a file a type."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=Path)
    parser.add_argument("tagged", nargs="+")
    parser.add_argument(
        "--column", type=int, default=-1, help="of the tags, from 0 or, negative, from the last"
    )
    parser.add_argument("--task", default="ner", help="of the tags in .jsonl")
    parser.add_argument("--min-count", type=int, default=5, help="stretches with the phrase")
    parser.add_argument("--min-share", type=float, default=0.7, help="of the phrase's occurrences, 0 to 1")
    parser.add_argument("--most", type=int, default=20_000, help="phrases a type")
    parser.add_argument("--stretch", type=int, default=100, help="sentences in which a phrase counts once")
    parser.add_argument("--bound", type=int, default=2_000_000, help="phrases counted at a time")
    arguments = parser.parse_args()
    names = mine(
        partial(read_all, arguments.tagged, arguments.column, arguments.task),
        min_count=arguments.min_count,
        min_share=arguments.min_share,
        most=arguments.most,
        stretch=arguments.stretch,
        bound=arguments.bound,
    )
    arguments.output.mkdir(parents=True, exist_ok=True)
    for kind, found in names.items():
        text = "".join(f"{phrase}\n" for phrase, _ in found)
        (arguments.output / f"{kind}.txt").write_text(text, encoding="utf-8")
        print(f"{kind}: {len(found):,} phrases, {', '.join(phrase for phrase, _ in found[:8])}")


def read_all(paths: list[str], column: int, task: str) -> Iterator[Tagged]:
    """The sentences of all files, their tags in IOB2."""
    for path in paths:
        sentences = read_tagged(path, column=column, task=task)
        head = list(islice(sentences, 1000))
        scheme = detect_scheme([tags for _, tags in head]).scheme
        for tokens, tags in chain(head, sentences):
            yield tokens, tags if scheme == IOB2 else convert(tags, scheme, IOB2)


if __name__ == "__main__":
    main()
