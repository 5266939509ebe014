"""Small corpora for the checks: parts in memory, and files that are read as `tagger check` reads them."""

from collections.abc import Iterable
from pathlib import Path

from tagger.text.check_reading import Part, read_part
from tagger.text.corpus import Source
from tagger.text.findings import Finding
from tagger.text.schemes import detect_scheme
from tagger.text.sentences import Sentence


def part_of(
    *sentences: str, split: str = "train", column: str = "ner", path: str = "", scheme: str = ""
) -> Part:
    """Sentences of "word/tag" between spaces, a line each word and a blank line behind each sentence."""
    path = path or f"{split or 'data'}.conll"
    found, line = [], 1
    for text in sentences:
        pairs = [pair.rsplit("/", 1) for pair in text.split(" ")]
        lines = list(range(line, line + len(pairs)))
        line += len(pairs) + 1
        tokens, tags = [word for word, _ in pairs], [tag for _, tag in pairs]
        found.append(Sentence(tokens, {column: tags}, path=path, lines=lines))
    scheme = scheme or detect_scheme([s.tags[column] for s in found]).scheme
    return Part(split, path, found, {column: scheme})


def plain(text: str, tag: str = "X") -> str:
    """Words as `part_of` takes them, all with one tag."""
    return " ".join(f"{word}/{tag}" for word in text.split(" "))


def read(
    path: Path, content: str | bytes, *joined: Path, split: str = "", **options
) -> tuple[Part | None, list[Finding]]:
    """A file with this content, read."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_part(str(path), [str(p) for p in joined], Source((), **options), {}, split=split)


def brief(findings: Iterable[Finding]) -> list[tuple[str, int | None]]:
    """Kind and line of each finding."""
    return [(finding.kind, finding.place.line) for finding in findings]
