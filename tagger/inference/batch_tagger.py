"""Batches of sentences of ready tokens to tags, probabilities and scores: network, decoders and what they add up to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tagger.errors import SettingsError
from tagger.inference.certainty import check_probability, leave_out_uncertain
from tagger.inference.decoding import build_decoder
from tagger.inference.ensemble import Ensemble, common_tasks, named
from tagger.inference.probabilities import Evidence, weigh
from tagger.inference.runtime import DEFAULT_MEMORY, Runtime
from tagger.inference.scoring import nothing_scores, nothing_tags, scores_of
from tagger.inference.second_pass import SecondPass
from tagger.inference.spans import TaggedSentence
from tagger.reading.words import Item, Words, batches, document_batches
from tagger.saved import SavedModel, TaskDescription


class BatchTagger:
    """A model, or several that vote, for batches of sentences."""

    def __init__(
        self,
        model: SavedModel,
        *more: SavedModel,
        memory: int = DEFAULT_MEMORY,
        tasks: Sequence[str] | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """`memory` in bytes for the tables of forms, `tasks` by default all, `names` of the models for errors."""
        models = (model, *more)
        names = names or [f"model {number}" for number in range(1, len(models) + 1)]
        chosen = {task.name: task for task in common_tasks(models, names, tasks)}
        self._tasks = {name: task for name, task in chosen.items() if not task.is_scorer}
        self._scorers = tuple(name for name, task in chosen.items() if task.is_scorer)
        self._schemes = {name: task.scheme for name, task in self._tasks.items()}
        scored = tuple(dict.fromkeys((*chosen, *_remembered(models))))
        if more:
            ensemble = Ensemble(models, names=names, tasks=scored, memory=memory)
            self.score_with(ensemble, ensemble.decoding)
            decoding = ensemble.decoding
        else:
            with named(names[0]):
                self.score_with(Runtime(model, memory=memory, tasks=scored), model)
                decoding = model
        with named(names[0]):
            voted = {task.name: task for task in decoding.tasks}
            self._decoders = {name: build_decoder(decoding, voted[name]) for name in self._tasks}
        self.name = " + ".join(names)  # for errors
        self._names = {name: np.array(task.labels, dtype=object) for name, task in self._tasks.items()}

    def score_with(self, runtime: Runtime | Ensemble, decoding: SavedModel) -> None:
        """Let `runtime` score the sentences; `decoding`: what the decoders of its tasks are built from."""
        self._runtime = runtime
        self._passes = SecondPass(runtime, decoding)

    @property
    def by_document(self) -> bool:
        """Whether a sentence's tags depend on the rest of its document, as `Words.document` tells it."""
        return self._passes.by_document

    def batches(self, items: Iterable[Item]) -> Iterator[list[Item]]:
        """Sentences in lists that may be tagged together, of whole documents where the tags depend on them."""
        return document_batches(items) if self.by_document else batches(items)

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

    def tag_batch(
        self, batch: Sequence[Words], *, probabilities: bool = False, min_probability: float = 0.0
    ) -> list[TaggedSentence]:
        """The sentences of one batch, tagged together; the memory taken grows with their tokens.

        Where the tags depend on documents, the batch has whole ones (see `batches`).

        Scorers have no part in it. Raises ModelError where there are no other tasks, SettingsError for a
        `min_probability` that is none.
        """
        if not self._tasks:
            raise nothing_tags(self._scorers, self.name)
        check_probability(min_probability)
        lengths = np.fromiter((len(words.tokens) for words in batch), dtype=np.intp, count=len(batch))
        scores = self._passes.scores(batch)
        numbers = self.decode(scores, lengths)
        tags = {name: self._names[name][chosen].tolist() for name, chosen in numbers.items()}
        evidence: dict[str, list[Evidence]] = {}
        for name, decoder in self._decoders.items() if probabilities or min_probability else ():
            part = np.ascontiguousarray(scores[:, self._runtime.columns[name]])
            if probabilities:
                evidence[name] = weigh(decoder, part, lengths, numbers[name])
            if min_probability:
                leave_out_uncertain(
                    tags[name],
                    min_probability,
                    decoder=decoder,
                    scores=part,
                    lengths=lengths,
                    numbers=numbers[name],
                    evidence=evidence.get(name),
                )
        return _put_together(batch, tags, self._schemes, evidence)

    def decode(self, scores: NDArray[np.float32], lengths: NDArray[np.intp]) -> dict[str, NDArray[np.intp]]:
        """The label number of each token, for each task.

        Shapes: scores [N, sum of K] as the runtime gives them; lengths of the sentences, sum N; results [N].
        """
        return {
            name: decoder.best(scores[:, self._runtime.columns[name]], lengths)
            for name, decoder in self._decoders.items()
        }

    def score_batch(self, batch: Sequence[Words]) -> list[dict[str, list[float]]]:
        """The scores of one batch of sentences, as by `score_sentences`."""
        if not self._scorers:
            raise nothing_scores(self._tasks, self.name)
        return scores_of(self._passes.scores(batch), self._runtime.columns, self._scorers, batch)


def _remembered(models: Sequence[SavedModel]) -> list[str]:
    """The tasks whose tags any of the models remembers."""
    return [model.features.memory.task for model in models if model.features.memory]


def _known(name: str, tasks: dict[str, TaskDescription]) -> TaskDescription:
    """The task `name`. Raises SettingsError."""
    try:
        return tasks[name]
    except KeyError:
        raise SettingsError("task", f"one of {', '.join(tasks)}", repr(name)) from None


def _put_together(
    batch: Sequence[Words],
    tags: Mapping[str, list[str]],
    schemes: Mapping[str, str],
    evidence: Mapping[str, list[Evidence]],
) -> list[TaggedSentence]:
    """The sentences of `batch` with their parts of `tags`, a list of all tokens for each task."""
    result = []
    start = 0
    for i, words in enumerate(batch):
        end = start + len(words.tokens)
        result.append(
            TaggedSentence(
                words.tokens if isinstance(words.tokens, list) else list(words.tokens),
                {name: column[start:end] for name, column in tags.items()},
                schemes,
                starts=words.starts,
                ends=words.ends,
                text=words.text,
                evidence={name: weights[i] for name, weights in evidence.items()} if evidence else None,
            )
        )
        start = end
    return result
