"""Sentences of whole documents to the scores of a second pass, which sees what the first made of each form elsewhere.

The first pass decides on the tags of the tasks that are remembered (of an ensemble: by the vote). Sentences of which
nothing is remembered would get the same scores again: they keep those of the first pass.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tagger.inference.decoding import Decoder, build_decoder
from tagger.inference.ensemble import Ensemble
from tagger.inference.runtime import Runtime
from tagger.reading.words import Words
from tagger.saved import SavedModel
from tagger.text.memory import remember_documents

Array = NDArray[np.float32]


class SecondPass:
    """Scores batches of whole documents twice where a model remembers anything, else once."""

    def __init__(self, runtime: Runtime | Ensemble, decoding: SavedModel) -> None:
        """`decoding`: what the decoders are built from. The runtime scores the tasks that are remembered."""
        self._runtime = runtime
        tasks = {task.name: task for task in decoding.tasks}
        self._decoders: dict[str, Decoder] = {
            name: build_decoder(decoding, tasks[name]) for name in runtime.remembered
        }

    @property
    def by_document(self) -> bool:
        """Whether the scores of a sentence depend on the rest of its document."""
        return bool(self._decoders)

    def scores(self, batch: Sequence[Words]) -> Array:
        """As `Runtime.scores`; neighbours of one number in `Words.document` are one document."""
        sentences = [words.tokens for words in batch]
        scores = self._runtime.scores(sentences)
        if not self._decoders:
            return scores
        memory = self._memory(batch, scores)
        again = [n for n in range(len(batch)) if any(any(rows[n]) for rows in memory.values())]
        if again:
            lengths = np.fromiter(map(len, sentences), dtype=np.intp, count=len(batch))
            chosen = np.zeros(len(batch), bool)
            chosen[again] = True
            some = {task: [rows[n] for n in again] for task, rows in memory.items()}
            scores[np.repeat(chosen, lengths)] = self._runtime.scores([sentences[n] for n in again], some)
        return scores

    def _memory(self, batch: Sequence[Words], scores: Array) -> Mapping[str, list[list[str]]]:
        """What is remembered of each token, for each task, after a first pass with these scores."""
        sentences = [words.tokens for words in batch]
        lengths = np.fromiter(map(len, sentences), dtype=np.intp, count=len(batch))
        ends = np.cumsum(lengths).tolist()
        result = {}
        for name, decoder in self._decoders.items():
            numbers = decoder.best(scores[:, self._runtime.columns[name]], lengths).tolist()
            flat = [decoder.task.labels[number] for number in numbers]
            tags = [flat[end - len(tokens) : end] for end, tokens in zip(ends, sentences, strict=True)]
            result[name] = remember_documents(sentences, tags, (words.document for words in batch))
        return result
