"""Development data to the callback that the training loop scores the network with."""

from collections.abc import Callable
from dataclasses import dataclass

from tagger.evaluation.scores import score_task
from tagger.network.window_network import WindowNetwork
from tagger.recipes.training_data import TrainingData, task_tags
from tagger.records import TaskScores
from tagger.saved import TaskDescription
from tagger.text.features import FormFeatures
from tagger.training.batches import EncodedCorpus, encode
from tagger.training.prediction import predict

Scorer = Callable[[], tuple[dict[str, float], float | None]]


@dataclass(frozen=True, slots=True)
class _Development:
    """One corpus's development sentences, ready to be tagged and scored."""

    tokens: list[list[str]]
    encoded: EncodedCorpus
    gold: list[tuple[TaskDescription, list[list[str]]]]


def development_scorer(
    network: WindowNetwork, data: TrainingData, features: FormFeatures, *, deciding: str
) -> Scorer:
    """A function that tags all development data with `network` as it then is: all scores, and the `deciding` one."""
    corpora = [_develop(data, number, features) for number in range(len(data.corpora))]

    def score() -> tuple[dict[str, float], float | None]:
        return summarize([scores for corpus in corpora for scores in _score(network, corpus)], deciding)

    return score


def summarize(results: list[TaskScores], deciding: str) -> tuple[dict[str, float], float | None]:
    """All scores by name ("ner.f1") and the one that decides: "mean" of the tasks' main scores, or the one named."""
    scores: dict[str, float] = {}
    for result in results:
        if result.conlleval:
            counts = result.conlleval["all"]
            for name in ("f1", "precision", "recall"):
                scores[f"{result.task}.{name}"] = getattr(counts, name)
        scores[f"{result.task}.accuracy"] = result.accuracy
    if not results:
        return scores, None
    if deciding == "mean":
        return scores, sum(result.main[1] for result in results) / len(results)
    return scores, scores[deciding]


def _develop(data: TrainingData, number: int, features: FormFeatures) -> _Development:
    corpus = data.corpora[number]
    tokens = [sentence.tokens for sentence in corpus.dev]
    scored = [t for t in data.tasks_of(number) if corpus.dev and t.column in corpus.dev[0].tags]
    gold = [(task, task_tags(corpus.dev, task, corpus.schemes[task.column])) for task in scored]
    return _Development(tokens, encode(tokens, features), gold)


def _score(network: WindowNetwork, corpus: _Development) -> list[TaskScores]:
    predicted = predict(network, corpus.encoded, tuple(task.name for task, _ in corpus.gold))
    return [
        score_task(
            task.name,
            gold,
            [[task.labels[row] for row in rows] for rows in predicted[task.name]],
            corpus.tokens,
            scheme=task.scheme,
            known_forms=(),
            strict=False,
        )
        for task, gold in corpus.gold
    ]
