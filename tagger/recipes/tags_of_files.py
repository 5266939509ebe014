"""A file of tags, whatever program wrote it, to the tags of gold sentences: its tokens must be theirs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from tagger.config import DataSettings
from tagger.errors import DataError, SettingsError
from tagger.recipes.gold import Gold
from tagger.recipes.training_data import source_of
from tagger.text.columns import SKIPPED_NAMES, WORD_NAMES
from tagger.text.corpus import SUFFIXES, Corpus, read_corpus
from tagger.text.lines import plain_suffix
from tagger.text.plurals import counted
from tagger.text.schemes import NONE
from tagger.text.sentences import Sentence

ABOUT_MAPS = "the map "
"""How notes on maps that changed nothing begin: they are the data's, and need change nothing here."""

Tags = list[list[str]]


@dataclass(frozen=True, slots=True)
class TagFile:
    """The tag columns of a file, cut as the gold sentences are."""

    path: str
    columns: dict[str, Tags]
    schemes: dict[str, str]  # of each column: "IOB2", or "none" for plain tags
    notes: list[str]

    def column_of(self, *names: str) -> str | None:
        """The column with one of these names; `misc.Ner` is one of the name `ner` too."""
        for name in names:
            for column in self.columns:
                if name in (column, column.rpartition(".")[2].lower()):
                    return column
        return None


def read_tags(path: str, origin: DataSettings, gold: Gold, *, columns: Sequence[str] = ()) -> TagFile:
    """The tags in the file `path` on the tokens of `gold`, in their order.

    origin: how `gold` was read. The schemes of the file are its own, and the name of the file tells its format, else
        `origin` does. Where its sentences end elsewhere its tags are cut as those of `gold`.
    columns: as in [data], of the file; by default those of `origin` where both are column files.
    Raises DataError (file:line) where the file cannot be read or at the first token that differs.
    """
    given = _given(path, origin, columns)
    corpus = _read(path, given, named=bool(columns))
    plain = {name for name, scheme in gold.schemes.items() if scheme == NONE}
    stated = {name: NONE for name, scheme in corpus.schemes.items() if scheme != NONE and name in plain}
    if stated:
        corpus = _read(path, given.model_copy(update={"input_schemes": stated}), named=bool(columns))
    _check_tokens(path, corpus.sentences, gold)
    sizes = [len(sentence.tokens) for sentence in gold.sentences]
    notes = [note for note in corpus.notes if not note.startswith(ABOUT_MAPS)]
    if sizes != [len(sentence.tokens) for sentence in corpus.sentences]:
        its = counted(len(corpus.sentences), "sentence is", "sentences are")
        notes.append(f"{path}: its {its} cut as those of {gold.name}")
    tags = {name: _cut(corpus.sentences, name, sizes) for name in corpus.schemes}
    return TagFile(path, tags, corpus.schemes, notes)


def _given(path: str, origin: DataSettings, columns: Sequence[str]) -> DataSettings:
    """How the file is read."""
    kind = SUFFIXES.get(plain_suffix(path), origin.format)
    if kind in ("auto", "columns"):
        names = tuple(columns) or origin.columns
    else:  # these find the words by themselves
        names = tuple(name for name in columns if name not in WORD_NAMES + SKIPPED_NAMES)
    return origin.model_copy(update={"format": kind, "columns": names, "input_schemes": {}})


def _read(path: str, given: DataSettings, *, named: bool) -> Corpus:
    try:
        return read_corpus(source_of(given, [path]))
    except DataError as error:
        if not named:
            error.hint = f"{error.hint} --tag-columns names the columns of files of tags.".strip()
        elif "column" in error.expected:
            error.hint = f"{error.hint} Or does --tag-columns name another number of them?".strip()
        raise
    except SettingsError as error:
        if named and error.where == "columns":
            error.where = "--tag-columns"
        raise


def _check_tokens(path: str, sentences: Sequence[Sentence], gold: Gold) -> None:
    """Raise DataError at the first token that is not that of `gold`."""
    for found, expected in zip_longest(_tokens(sentences), _tokens(gold.sentences)):
        if found and expected and found.form == expected.form:
            continue
        wanted = (
            f"the token {expected.form!r} as at {expected.place(gold.name)}"
            if expected
            else f"the end of {gold.name}"
        )
        last = found or list(_tokens(sentences[-1:]))[-1]
        got = repr(found.form) if found else "the end of the file"
        hint = "A file of tags needs the tokens of the data, all of them in their order."
        raise DataError(path, last.sentence.line(last.number), wanted, got, hint)


class _Token(NamedTuple):
    form: str
    sentence: Sentence
    number: int  # in its sentence

    def place(self, name: str) -> str:
        line = self.sentence.line(self.number)
        return (
            f"{self.sentence.path or name}:{line}"
            if line
            else f"token {self.number + 1} of a sentence of {name}"
        )


def _tokens(sentences: Iterable[Sentence]) -> Iterator[_Token]:
    for sentence in sentences:
        for number, form in enumerate(sentence.tokens):
            yield _Token(form, sentence, number)


def _cut(sentences: Sequence[Sentence], column: str, sizes: Sequence[int]) -> Tags:
    """The tags of a column in rows of these sizes."""
    tags = chain.from_iterable(sentence.tags[column] for sentence in sentences)
    return [list(islice(tags, size)) for size in sizes]
