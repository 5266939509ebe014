"""What scorers make of a batch of sentences, and the errors for models that have none, or nothing else."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ModelError
from tagger.reading.words import Words


def scores_of(
    scores: NDArray[np.float32], columns: Mapping[str, slice], scorers: Iterable[str], batch: Sequence[Words]
) -> list[dict[str, list[float]]]:
    """For each sentence of the batch the score of each token, a list for each of the `scorers`.

    Shapes: scores [N, sum of K] as the runtime gives them, with the part of each task in `columns`.
    """
    found = {name: scores[:, columns[name].start].tolist() for name in scorers}
    ends = np.cumsum([len(words.tokens) for words in batch]).tolist()
    return [
        {name: column[end - len(words.tokens) : end] for name, column in found.items()}
        for words, end in zip(batch, ends, strict=True)
    ]


def nothing_tags(scorers: Iterable[str], where: str) -> ModelError:
    """The error for tags of a model that has scorers only."""
    return ModelError(
        f"expected a task that tags, found scorers only ({', '.join(scorers)})",
        where=where,
        hint="`tagger score` prints their scores; in Python, Tagger.score_sentences gives them.",
    )


def nothing_scores(tasks: Iterable[str], where: str) -> ModelError:
    """The error for scores of a model that has no scorer."""
    return ModelError(
        f"expected a scorer, found only tasks that tag ({', '.join(tasks)})",
        where=where,
        hint='`tagger tag` tags with it; a scorer is a task that was trained with objective = "margin".',
    )
