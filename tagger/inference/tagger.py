"""The Python interface: load a saved model, tag text or ready tokens, one piece or a stream of them.

import tagger
nlp = tagger.load("models/sample")
for sentence in nlp.tag("Ada lives in Paris."):
    for span in sentence.spans("ner"):
        print(span.label, span.text, span.start_char)

Several models vote: tagger.load("models/one", "models/two").
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, overload

import numpy as np

from tagger.errors import SettingsError
from tagger.inference.decoding import build_decoder
from tagger.inference.ensemble import Ensemble, common_tasks, named
from tagger.inference.probabilities import Evidence, weigh
from tagger.inference.runtime import DEFAULT_MEMORY, Runtime
from tagger.inference.scoring import nothing_scores, nothing_tags, scores_of
from tagger.inference.spans import Span, TaggedSentence
from tagger.inference.words import Words, batches
from tagger.saved import SavedModel, TaskDescription, read_model
from tagger.text.tokenizer import LineBreaks, split_sentences

__all__ = ["Span", "TaggedSentence", "Tagger", "load"]

Context = TypeVar("Context")


def load(
    path: str | Path, *more: str | Path, memory: int = DEFAULT_MEMORY, tasks: Sequence[str] | None = None
) -> "Tagger":
    """The tagger saved in the folder `path`; with `more` folders an ensemble of all of them.

    more: models with the same tasks and labels (in any order); how they vote: `tagger.inference.ensemble`.
    memory: bytes for what is kept of word forms seen before, of all models together; the tags are the same with little,
        only slower.
    tasks: the tasks to tag, in this order; by default all.
    Raises ModelError where a folder is missing, incomplete or damaged or models do not go together, SettingsError for
    an unknown task.
    """
    models, names = [], [str(folder) for folder in (path, *more)]
    for name in names:
        with named(name):
            models.append(read_model(Path(name)))
    return Tagger(*models, memory=memory, tasks=tasks, names=names)


class Tagger:
    """A model that tags, or several that vote. Not for several threads at once; processes each load their own."""

    def __init__(
        self,
        model: SavedModel,
        *more: SavedModel,
        memory: int = DEFAULT_MEMORY,
        tasks: Sequence[str] | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """See `load`; `names` of the models for errors."""
        models = (model, *more)
        names = names or [f"model {number}" for number in range(1, len(models) + 1)]
        chosen = {task.name: task for task in common_tasks(models, names, tasks)}
        self._tasks = {name: task for name, task in chosen.items() if not task.is_scorer}
        self._scorers = tuple(name for name, task in chosen.items() if task.is_scorer)
        self._schemes = {name: task.scheme for name, task in self._tasks.items()}
        self._runtime: Runtime | Ensemble
        if more:
            ensemble = Ensemble(models, names=names, tasks=tuple(chosen), memory=memory)
            self._runtime, decoding = ensemble, ensemble.decoding
        else:
            with named(names[0]):
                self._runtime, decoding = Runtime(model, memory=memory), model
        with named(names[0]):
            voted = {task.name: task for task in decoding.tasks}
            self._decoders = {name: build_decoder(decoding, voted[name]) for name in self._tasks}
        self.name = " + ".join(names)  # for errors
        self._names = {name: np.array(task.labels, dtype=object) for name, task in self._tasks.items()}

    @property
    def tasks(self) -> tuple[str, ...]:
        """The names of the tasks that are tagged."""
        return tuple(self._tasks)

    @property
    def scorers(self) -> tuple[str, ...]:
        """The names of the tasks that give each word one score, and no tag."""
        return self._scorers

    def labels(self, task: str) -> tuple[str, ...]:
        """The tags that `task` can give. Raises SettingsError for an unknown task."""
        return _known(task, self._tasks).labels

    def scheme(self, task: str) -> str:
        """How the tags of `task` mark spans: "IOB2", "IOBES", "IOB1", or "none". Raises SettingsError."""
        return _known(task, self._tasks).scheme

    def tag(
        self, text: str, *, line_breaks: LineBreaks = "auto", probabilities: bool = False
    ) -> list[TaggedSentence]:
        """The sentences of raw `text`, tagged; their offsets count the characters of `text`.

        line_breaks: what a line break means: "paragraph" and "sentence": that one ends; "wrapped": nothing, a blank
            line ends a paragraph; "auto": wrapped or paragraph, whichever the text looks like.
        """
        tagged = []
        for batch in batches(_words_of(text, line_breaks)):
            tagged += self.tag_batch(batch, probabilities=probabilities)
        return tagged

    def tag_tokens(self, tokens: Sequence[str], *, probabilities: bool = False) -> TaggedSentence:
        """One sentence of ready tokens, tagged; its offsets count the characters of " ".join(tokens)."""
        return next(self.tag_sentences([tokens], probabilities=probabilities))

    def tag_sentences(
        self, sentences: Iterable[Sequence[str]], *, probabilities: bool = False
    ) -> Iterator[TaggedSentence]:
        """Sentences of ready tokens, tagged as they are asked for; reads some thousand tokens ahead."""
        for batch in batches(Words(_checked(tokens)) for tokens in sentences):
            yield from self.tag_batch(batch, probabilities=probabilities)

    @overload
    def pipe(
        self,
        texts: Iterable[str],
        *,
        as_tuples: Literal[False] = False,
        line_breaks: LineBreaks = "auto",
        probabilities: bool = False,
    ) -> Iterator[list[TaggedSentence]]: ...

    @overload
    def pipe(
        self,
        texts: Iterable[tuple[str, Context]],
        *,
        as_tuples: Literal[True],
        line_breaks: LineBreaks = "auto",
        probabilities: bool = False,
    ) -> Iterator[tuple[list[TaggedSentence], Context]]: ...

    def pipe(
        self,
        texts: Iterable[Any],
        *,
        as_tuples: bool = False,
        line_breaks: LineBreaks = "auto",
        probabilities: bool = False,
    ) -> Iterator[Any]:
        """For each raw text, in order, its tagged sentences, as `tag` would give them; texts share batches.

        as_tuples: `texts` are pairs of a text and anything else, which comes back beside the text's sentences.
        A text is read when the batches before it are tagged: some thousand tokens ahead, never the whole iterable.
        """
        contexts: deque[Any] = deque()

        def flat() -> Iterator[Words | None]:
            """The sentences of all texts, None after each text."""
            for item in texts:
                text, context = item if as_tuples else (item, None)
                yield from _words_of(text, line_breaks)
                contexts.append(context)
                yield None

        done: list[TaggedSentence] = []
        for batch in batches(flat()):
            tagged = iter(self.tag_batch([w for w in batch if w is not None], probabilities=probabilities))
            for words in batch:
                if words is not None:
                    done.append(next(tagged))
                    continue
                yield (done, contexts.popleft()) if as_tuples else done
                done = []

    def tag_batch(self, batch: Sequence[Words], *, probabilities: bool = False) -> list[TaggedSentence]:
        """The sentences of one batch, tagged together; the memory taken grows with their tokens.

        Scorers have no part in it. Raises ModelError where there are no other tasks.
        """
        if not self._tasks:
            raise nothing_tags(self._scorers, self.name)
        lengths = np.fromiter((len(words.tokens) for words in batch), dtype=np.intp, count=len(batch))
        scores = self._runtime.scores([words.tokens for words in batch])
        tags: dict[str, list[str]] = {}
        evidence: dict[str, list[Evidence]] = {}
        for name, decoder in self._decoders.items():
            part = np.ascontiguousarray(scores[:, self._runtime.columns[name]])
            numbers = decoder.best(part, lengths)
            tags[name] = self._names[name][numbers].tolist()
            if probabilities:
                evidence[name] = weigh(decoder, part, lengths, numbers)
        result = []
        start = 0
        for i, words in enumerate(batch):
            end = start + len(words.tokens)
            result.append(
                TaggedSentence(
                    list(words.tokens),
                    {name: column[start:end] for name, column in tags.items()},
                    self._schemes,
                    starts=words.starts,
                    ends=words.ends,
                    text=words.text,
                    evidence={name: weights[i] for name, weights in evidence.items()}
                    if probabilities
                    else None,
                )
            )
            start = end
        return result

    def score_sentences(self, sentences: Iterable[Sequence[str]]) -> Iterator[dict[str, list[float]]]:
        """For each sentence of ready tokens the score of each token, a list for each scorer; larger: more likely true.

        Read and computed as by `tag_sentences`. Raises ModelError where there are no scorers.
        """
        for batch in batches(Words(_checked(tokens)) for tokens in sentences):
            yield from self.score_batch(batch)

    def score_batch(self, batch: Sequence[Words]) -> list[dict[str, list[float]]]:
        """The scores of one batch of sentences, as by `score_sentences`."""
        if not self._scorers:
            raise nothing_scores(self._tasks, self.name)
        return scores_of(self._runtime, self._scorers, batch)


def _known(name: str, tasks: dict[str, TaskDescription]) -> TaskDescription:
    """The task `name`. Raises SettingsError."""
    try:
        return tasks[name]
    except KeyError:
        raise SettingsError("task", f"one of {', '.join(tasks)}", repr(name)) from None


def _words_of(text: str, line_breaks: LineBreaks) -> Iterator[Words]:
    """The sentences of raw `text`."""
    for tokens, starts, ends in split_sentences(text, line_breaks=line_breaks):
        yield Words(tokens, starts, ends, text[starts[0] : ends[-1]])


def _checked(tokens: Sequence[str]) -> Sequence[str]:
    if isinstance(tokens, str):
        raise TypeError("expected a sequence of tokens, found a string; tag() takes raw text")
    return tokens
