"""Raw text to the counts of its words in one pass of bounded memory, and to a vocabulary; vocabulary files.

When more than `max_distinct` words are held, the rarest are dropped: those of count 1, then 2, ... until a quarter of
the places is free (word2vec's mark grows with every pruning; ours begins at 1 each time, which loses less). Each file
is counted on its own and the files are added up in their order, so that any number of processes gives the same counts.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import current_process, get_context
from multiprocessing.pool import Pool

from tagger.errors import DataError
from tagger.text.features import normalize_word
from tagger.text.lines import BLANK, read_lines
from tagger.text.problems import Problems
from tagger.text.processes import follow_parent, starting
from tagger.text.raw_text import read_paragraphs
from tagger.text.text_sources import RawText

MAX_DISTINCT = 3_000_000  # words held at a time
_MAX_FORMS = 300_000  # forms held before they are normalised
_BUFFER = 2_000  # tokens held before they are counted: few enough to be in the cache still
_REPORT_EVERY = 1_000_000  # tokens


@dataclass(frozen=True, slots=True)
class WordCounts:
    """How often each normalised word occurs in a text of `tokens` tokens.

    Where words were dropped, every word of at least `pruned_below` tokens is there all the same, and what is counted
    falls short by less than `pruned_below`. 0: nothing was dropped.
    """

    counts: dict[str, int]
    tokens: int
    pruned_below: int = 0
    skipped: int = 0  # lines left out (--on-error skip)


@dataclass(frozen=True, slots=True)
class _Normal:
    """How words are counted."""

    lowercase: bool
    fold_digits: bool
    max_distinct: int


def count_words(
    text: RawText,
    *,
    lowercase: bool = True,
    fold_digits: bool = True,
    max_distinct: int = MAX_DISTINCT,
    processes: int = 1,
    progress: Callable[[int], None] | None = None,
) -> WordCounts:
    """The counts of all words of `text`, held-out text included; `progress` hears of the tokens counted so far.

    With several `processes`, each counts one file at a time. Raises DataError where there is no word.
    """
    normal = _Normal(lowercase, fold_digits, max_distinct)
    report = progress or _silent
    total: Counter[str] = Counter()
    tokens = lost = skipped = 0
    files = [text] if text.column else [replace(text, names=(name,)) for name in text.names]
    alone = processes < 2 or len(files) < 2 or text.has_stdin or current_process().daemon
    with _counted(files, normal, 1 if alone else min(processes, len(files)), report) as results:
        for counts in results:
            for word, count in counts.counts.items():
                total[word] += count
            lost += counts.pruned_below + _prune(total, max_distinct)
            tokens += counts.tokens
            skipped += counts.skipped
            if not alone:
                report(tokens)
    if not tokens:
        raise DataError(", ".join(text.names[:3]), None, "text with words", "none", "Is the text empty?")
    return WordCounts(dict(total), tokens, lost + 1 if lost else 0, skipped)


def vocabulary(counts: Mapping[str, int], *, max_words: int, min_count: int = 1) -> dict[str, int]:
    """The `max_words` most frequent words and their counts, most frequent first, ties in code point order."""
    kept = [word for word, count in counts.items() if count >= min_count]
    kept.sort(key=lambda word: (-counts[word], word))
    return {word: counts[word] for word in kept[:max_words]}


def read_vocabulary(path: str, *, lowercase: bool = True, fold_digits: bool = True) -> dict[str, int]:
    """The words of a file and their counts, in its order: a word a line, its count behind a tab, or no counts (0).

    Raises DataError at a word that is there twice or that no text can hold: with white space, or not normalised.
    """
    words: dict[str, int] = {}
    lines: dict[str, int] = {}
    counted: bool | None = None
    for number, line in read_lines(path):
        if line is None or not line.strip(BLANK):
            continue
        word, tab, count = line.partition("\t")
        if counted is None:
            counted = bool(tab)
        expected, found, hint = _fault(word, tab, count, counted, lowercase, fold_digits)
        if not expected and word in words:
            expected, found, hint = "each word once", f"{word!r} again (line {lines[word]} has it)", ""
        if expected:
            raise DataError(path, number, expected, found, hint)
        words[word], lines[word] = int(count or 0), number
    if not words:
        raise DataError(path, None, "a word a line", "none", "Is the file empty?")
    return words


def vocabulary_text(words: Mapping[str, int]) -> str:
    """A word a line, its count behind a tab, as `read_vocabulary` reads it."""
    return "".join(f"{word}\t{count}\n" for word, count in words.items())


def _fault(
    word: str, tab: str, count: str, counted: bool, lowercase: bool, fold_digits: bool
) -> tuple[str, str, str]:
    """What a line of a vocabulary file should have been, what it is, and a hint; empty where nothing is wrong."""
    if word.split() != [word]:
        return "one word a line, its count behind a tab", repr(word), ""
    if bool(tab) != counted:
        return (
            ("a count behind every word" if counted else "counts behind no word"),
            repr(word + tab + count),
            "",
        )
    if tab and not (count.isascii() and count.isdigit()):
        return "a count, a whole number, behind the tab", repr(count), ""
    normal = normalize_word(word, lowercase=lowercase, fold_digits=fold_digits)
    if word != normal:
        hint = "No word of a text would find it: see features.word.lowercase and fold_digits."
        return f"the normalised word {normal!r}", repr(word), hint
    return "", "", ""


@contextmanager
def _counted(
    files: list[RawText], normal: _Normal, processes: int, report: Callable[[int], None]
) -> Iterator[Iterable[WordCounts]]:
    """The counts of each file, in order, made here or by a pool of processes."""
    if processes < 2:
        yield _count_here(files, normal, report)
        return
    with starting():
        pool = get_context("spawn").Pool(processes, initializer=follow_parent)
    with pool:
        yield _in_turns(pool, [(file, normal) for file in files], 2 * processes)


def _in_turns(pool: Pool, jobs: list[tuple[RawText, _Normal]], size: int) -> Iterator[WordCounts]:
    """The counts of each job, in order; no more than `size` of them are held at a time."""
    for start in range(0, len(jobs), size):
        yield from pool.imap(_count_job, jobs[start : start + size])


def _count_job(job: tuple[RawText, _Normal]) -> WordCounts:
    return _count_file(*job, _silent)


def _count_here(files: list[RawText], normal: _Normal, report: Callable[[int], None]) -> Iterator[WordCounts]:
    before = 0
    for file in files:
        counts = _count_file(file, normal, partial(_report_on, report, before))
        before += counts.tokens
        yield counts


def _report_on(report: Callable[[int], None], before: int, tokens: int) -> None:
    report(before + tokens)


def _count_file(text: RawText, normal: _Normal, report: Callable[[int], None]) -> WordCounts:
    """The counts of one file; `pruned_below` is the most that a word can have lost."""
    problems = Problems(text.on_error)
    counts: Counter[str] = Counter()
    forms: Counter[str] = Counter()
    buffer: list[str] = []
    tokens = lost = reported = 0
    for paragraph in read_paragraphs(text, problems=problems):
        for sentence in paragraph.sentences:
            buffer += sentence
        if len(buffer) < min(_BUFFER, normal.max_distinct):
            continue
        tokens += len(buffer)
        forms.update(buffer)
        buffer.clear()
        if len(forms) >= min(_MAX_FORMS, normal.max_distinct):
            lost += _fold(forms, counts, normal)
        if tokens - reported >= _REPORT_EVERY:
            report(reported := tokens)
    forms.update(buffer)
    tokens += len(buffer)
    lost += _fold(forms, counts, normal)
    report(tokens)
    return WordCounts(dict(counts), tokens, lost, problems.counts.total())


def _fold(forms: Counter[str], counts: Counter[str], normal: _Normal) -> int:
    """Adds the forms to the counts of their words and drops them; returns the most that a word lost by pruning."""
    for form, count in forms.items():
        word = normalize_word(form, lowercase=normal.lowercase, fold_digits=normal.fold_digits)
        counts[word] += count
    forms.clear()
    return _prune(counts, normal.max_distinct)


def _prune(counts: Counter[str], most: int) -> int:
    """Drops the rarest words where there are more than `most`; returns the highest count dropped, 0 where none was."""
    if len(counts) <= most:
        return 0
    tally = Counter(counts.values())
    left, marks = len(counts), iter(sorted(tally))
    while left > most - most // 4:
        mark = next(marks)
        left -= tally[mark]
    for word in [word for word, count in counts.items() if count <= mark]:
        del counts[word]
    return mark


def _silent(_: int) -> None:
    """A report that nobody reads."""
