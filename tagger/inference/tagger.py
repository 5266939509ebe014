"""The Python interface: load a saved model, tag text or ready tokens, one piece or a stream of them.

import tagger
nlp = tagger.load("models/sample")
for sentence in nlp.tag("Ada lives in Paris."):
    for span in sentence.spans("ner"):
        print(span.label, span.text, span.start_char)

Several models vote: tagger.load("models/one", "models/two").
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count, repeat
from pathlib import Path
from typing import Any, Literal, TypeVar, overload

from tagger.errors import SettingsError
from tagger.inference.batch_tagger import BatchTagger
from tagger.inference.default_model import default_model
from tagger.inference.ensemble import named
from tagger.inference.piping import pipe_here, pipe_in_processes
from tagger.inference.runtime import DEFAULT_MEMORY
from tagger.inference.spans import Span, TaggedSentence
from tagger.reading.text_pieces import load_tokenizer
from tagger.reading.words import Words
from tagger.saved import SavedModel, read_model
from tagger.text.tokenizer import ENGLISH, LineBreaks, split_sentences

__all__ = ["Span", "TaggedSentence", "Tagger", "load"]

Context = TypeVar("Context")


def load(
    path: str | Path | None = None,
    *more: str | Path,
    memory: int = DEFAULT_MEMORY,
    tasks: Sequence[str] | None = None,
    tokenizer: str = ENGLISH,
) -> "Tagger":
    """The tagger saved in the folder `path`; with `more` folders an ensemble of all of them.

    path: None: the English model that comes with the program, as `default_model` finds it.
    more: models with the same tasks and labels (in any order); how they vote: `tagger.inference.ensemble`.
    memory: bytes for what is kept of word forms seen before, of all models together; the tags are the same with little,
        only slower.
    tasks: the tasks to tag, in this order; by default all.
    tokenizer: what cuts raw text: "english", or spaCy's rules for a language, such as "spacy:de".
    Raises ModelError where a folder is missing, incomplete or damaged or models do not go together, SettingsError for
    an unknown task or tokenizer.
    """
    models, names = [], [str(folder) for folder in (path or default_model(), *more)]
    for name in names:
        with named(name):
            models.append(read_model(Path(name), tables_as_saved=True))
    tagger = Tagger(*models, memory=memory, tasks=tasks, tokenizer=tokenizer, names=names)
    folders = [str(Path(name).absolute()) for name in names]
    tagger.source = partial(load, *folders, memory=memory, tasks=tasks, tokenizer=tokenizer)
    return tagger


class Tagger(BatchTagger):
    """A model that tags, or several that vote. Not for several threads at once; processes each load their own.

    `source` makes the same tagger in another process; a pickle holds no more than that: of a loaded tagger its folders.
    """

    def __init__(
        self,
        model: SavedModel,
        *more: SavedModel,
        memory: int = DEFAULT_MEMORY,
        tasks: Sequence[str] | None = None,
        tokenizer: str = ENGLISH,
        names: Sequence[str] = (),
    ) -> None:
        """See `load`; `names` of the models for errors."""
        super().__init__(model, *more, memory=memory, tasks=tasks, names=names)
        self.source: Callable[[], Tagger] = partial(
            Tagger, model, *more, memory=memory, tasks=tasks, tokenizer=tokenizer, names=names
        )
        self._split = split_sentences if tokenizer == ENGLISH else load_tokenizer(tokenizer)

    def tag(
        self,
        text: str,
        *,
        line_breaks: LineBreaks = "auto",
        probabilities: bool = False,
        min_probability: float = 0.0,
    ) -> list[TaggedSentence]:
        """The sentences of raw `text`, tagged; their offsets count the characters of `text`, which is one document.

        line_breaks: what a line break means: "paragraph" and "sentence": that one ends; "wrapped": nothing, a blank
            line ends a paragraph; "auto": wrapped or paragraph, whichever the text looks like.
        min_probability: spans less probable than this are left out; in a task without spans the tag is "" then.
        """
        tagged = []
        for batch in self.batches(self._words_of(_text(text), line_breaks=line_breaks)):
            tagged += self.tag_batch(batch, probabilities=probabilities, min_probability=min_probability)
        return tagged

    def tag_tokens(
        self, tokens: Sequence[str], *, probabilities: bool = False, min_probability: float = 0.0
    ) -> TaggedSentence:
        """One sentence of ready tokens, tagged; its offsets count the characters of " ".join(tokens)."""
        tagged = self.tag_sentences([tokens], probabilities=probabilities, min_probability=min_probability)
        return next(tagged)

    def tag_sentences(
        self,
        sentences: Iterable[Sequence[str]],
        *,
        probabilities: bool = False,
        min_probability: float = 0.0,
        documents: Iterable[int] | None = None,
    ) -> Iterator[TaggedSentence]:
        """Sentences of ready tokens, tagged as they are asked for; reads some thousand tokens ahead.

        documents: a number for each sentence, the same for neighbours of one document; by default each is its own. Only
            a model with a memory looks at them.
        """
        for batch in self.batches(_words(sentences, documents)):
            yield from self.tag_batch(batch, probabilities=probabilities, min_probability=min_probability)

    @overload
    def pipe(
        self,
        texts: Iterable[str],
        *,
        as_tuples: Literal[False] = False,
        line_breaks: LineBreaks = "auto",
        probabilities: bool = False,
        min_probability: float = 0.0,
        workers: int = 1,
    ) -> Iterator[list[TaggedSentence]]: ...

    @overload
    def pipe(
        self,
        texts: Iterable[tuple[str, Context]],
        *,
        as_tuples: Literal[True],
        line_breaks: LineBreaks = "auto",
        probabilities: bool = False,
        min_probability: float = 0.0,
        workers: int = 1,
    ) -> Iterator[tuple[list[TaggedSentence], Context]]: ...

    def pipe(
        self,
        texts: Iterable[Any],
        *,
        as_tuples: bool = False,
        line_breaks: LineBreaks = "auto",
        probabilities: bool = False,
        min_probability: float = 0.0,
        workers: int = 1,
    ) -> Iterator[Any]:
        """For each raw text, in order, its tagged sentences, as `tag` would give them; texts share batches.

        as_tuples: `texts` are pairs of a text and anything else, which comes back beside the text's sentences.
        workers: processes that tag; with several, each loads the model (see `source`) and has its own `memory`, and
            all end with the iterator. The results are the same.
        A text is read when the batches before it are tagged: some thousand tokens ahead for each process, never the
        whole iterable. Raises SettingsError for no worker.
        """
        if workers < 1:
            raise SettingsError("workers", "at least 1", str(workers))
        if isinstance(texts, str):
            raise TypeError("expected an iterable of texts, found a string; tag() takes a single text")
        given = texts if as_tuples else zip(texts, repeat(None))
        pairs = ((_text(text), context) for text, context in given)
        if workers == 1:
            split = partial(self._words_of, line_breaks=line_breaks)
            tag = partial(self.tag_batch, probabilities=probabilities, min_probability=min_probability)
            found = pipe_here(pairs, split=split, tag=tag, batched=self.batches)
        else:
            options = {
                "line_breaks": line_breaks,
                "probabilities": probabilities,
                "min_probability": min_probability,
            }
            found = pipe_in_processes(
                self.source, pairs, workers=workers, schemes=self._schemes, options=options
            )
        return found if as_tuples else (sentences for sentences, _ in found)

    def score_sentences(
        self, sentences: Iterable[Sequence[str]], *, documents: Iterable[int] | None = None
    ) -> Iterator[dict[str, list[float]]]:
        """For each sentence of ready tokens the score of each token, a list for each scorer; larger: more likely true.

        Read and computed as by `tag_sentences`. Raises ModelError where there are no scorers.
        """
        for batch in self.batches(_words(sentences, documents)):
            yield from self.score_batch(batch)

    def __reduce__(self) -> tuple[object, ...]:
        return self.source, ()

    def _words_of(self, text: str, document: int = 0, *, line_breaks: LineBreaks) -> Iterator[Words]:
        """The sentences of raw `text`, which is the document of that number."""
        for tokens, starts, ends in self._split(text, line_breaks=line_breaks):
            yield Words(tokens, starts, ends, text[starts[0] : ends[-1]], document=document)


def _words(sentences: Iterable[Sequence[str]], documents: Iterable[int] | None) -> Iterator[Words]:
    """Sentences of ready tokens with the numbers of their documents."""
    for tokens, number in zip(
        sentences, count() if documents is None else documents, strict=documents is not None
    ):
        yield Words(_checked(tokens), document=number)


def _text(text: object) -> str:
    """The very `text`. Raises TypeError where it is none, such as a missing value of a table."""
    if not isinstance(text, str):
        raise TypeError(f"expected a text (str), found {text!r:.80}; tag_tokens() takes ready tokens")
    return text


def _checked(tokens: Sequence[str]) -> list[str]:
    """The tokens in a list of our own."""
    if isinstance(tokens, str):
        raise TypeError("expected a sequence of tokens, found a string; tag() takes raw text")
    return list(tokens)
