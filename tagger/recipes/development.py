"""Development data and a sample of the training data to the callback that the training loop scores the network with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tagger.evaluation.ranking import score_ranking
from tagger.evaluation.scores import score_task
from tagger.network.window_network import WindowNetwork
from tagger.recipes.scorer_tasks import SCORES, label_rows
from tagger.recipes.training_data import TrainingData, task_tags
from tagger.records import Evaluation, RankingScores, TaskScores
from tagger.saved import TaskDescription
from tagger.text.features import FormFeatures
from tagger.text.memory import document_runs, remember_documents
from tagger.text.schemes import allowed_transitions
from tagger.text.sentences import Sentence
from tagger.training.batches import EncodedCorpus, encode
from tagger.training.prediction import NO_LABEL, predict, predict_with_losses

Scorer = Callable[[], Evaluation]

WATCHED_SEED = 0
"""The training sentences that are scored are the same for every seed of the training: runs stay comparable."""


@dataclass(frozen=True, slots=True)
class _Scored:
    """Sentences of one corpus, ready to be tagged and scored."""

    tokens: list[list[str]]
    encoded: EncodedCorpus
    documents: list[int]
    gold: list[tuple[TaskDescription, list[list[str]]]]


def development_scorer(
    network: WindowNetwork,
    data: TrainingData,
    features: FormFeatures,
    *,
    deciding: str,
    watched_words: int = 0,
) -> Scorer:
    """A function that tags all development data with `network` as it then is: all scores, and the `deciding` one.

    It scores about `watched_words` words of the training data too, always the same sentences.
    """
    numbers = range(len(data.corpora))
    dev = [_scored(data, number, data.corpora[number].dev, features) for number in numbers]
    samples = [
        _scored(data, number, sentences, features)
        for number, sentences in watched_sentences(data, watched_words)
    ]

    second = SecondPass(features, data.tasks) if features.memory else None

    def score() -> Evaluation:
        results, losses = _score(network, dev, second)
        scores, deciding_score = summarize(results, deciding)
        train_scores, train_score = summarize(_score(network, samples, second)[0], deciding)
        return Evaluation(scores, deciding_score, losses, train_scores, train_score)

    return score


class SecondPass:
    """Tags sentences a first time and encodes them with what their documents then remember."""

    def __init__(self, features: FormFeatures, tasks: Sequence[TaskDescription]) -> None:
        assert features.memory is not None
        self._features, self._task = features, features.memory.task
        self._labels = next((task.labels for task in tasks if task.name == self._task), None)

    def encoded(self, network: WindowNetwork, corpus: _Scored) -> EncodedCorpus:
        """The sentences of `corpus` as numbers, with their labels."""
        if self._labels is None:  # the task is not among those that are taught
            return corpus.encoded
        rows = predict(network, corpus.encoded, (self._task,))[self._task]
        tags = [[self._labels[row] for row in own] for own in rows]
        memory = remember_documents(corpus.tokens, tags, corpus.documents)
        encoded = encode(corpus.tokens, self._features, memory=memory)
        return replace(encoded, labels=corpus.encoded.labels)


def summarize(
    results: Sequence[TaskScores | RankingScores], deciding: str
) -> tuple[dict[str, float], float | None]:
    """All scores by name ("ner.f1") and the one that decides: "mean" of the tasks' main scores, or the one named.

    None where nothing was scored that could decide.
    """
    scores: dict[str, float] = {}
    for result in results:
        if isinstance(result, RankingScores):
            scores |= {f"{result.task}.{name}": getattr(result, name) for name in SCORES}
            continue
        if result.conlleval:
            counts = result.conlleval["all"]
            for name in ("f1", "precision", "recall"):
                scores[f"{result.task}.{name}"] = getattr(counts, name)
        scores[f"{result.task}.accuracy"] = result.accuracy
    if results and deciding == "mean":
        return scores, sum(result.main[1] for result in results) / len(results)
    return scores, scores.get(deciding)


def watched_sentences(data: TrainingData, words: int) -> list[tuple[int, list[Sentence]]]:
    """About `words` words of training sentences drawn at random: of each corpus its share, in the corpus's order."""
    total = sum(len(sentence.tokens) for corpus in data.corpora for sentence in corpus.train)
    chosen = []
    for number, corpus in enumerate(data.corpora):
        lengths = np.array([len(sentence.tokens) for sentence in corpus.train])
        share = words * int(lengths.sum()) / max(total, 1)
        rows = _drawn(lengths, share, np.random.default_rng(WATCHED_SEED))
        if rows:
            chosen.append((number, [corpus.train[row] for row in rows]))
    return chosen


def _drawn(lengths: NDArray[np.int64], words: float, random: np.random.Generator) -> list[int]:
    """Numbers of sentences, drawn until they have `words` words; ascending."""
    order = random.permutation(len(lengths))
    before = np.cumsum(lengths[order]) - lengths[order]  # words drawn before each
    rows: list[int] = sorted(order[before < words].tolist())
    return rows


def _scored(
    data: TrainingData, number: int, sentences: Sequence[Sentence], features: FormFeatures
) -> _Scored:
    corpus = data.corpora[number]
    tokens = [sentence.tokens for sentence in sentences]
    tasks = [t for t in data.tasks_of(number) if sentences and t.column in sentences[0].tags]
    gold = [(task, task_tags(sentences, task, corpus.schemes[task.column])) for task in tasks]
    labels = {task.name: gold_numbers(task, tags) for task, tags in gold}
    encoded = replace(encode(tokens, features), labels=labels)
    return _Scored(tokens, encoded, list(document_runs(sentences)), gold)


def gold_numbers(task: TaskDescription, tags: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """The label number of every word, one sentence after the other; NO_LABEL for tags unknown to the task.

    Of a scorer: the numbers of the kinds of windows, NO_LABEL for those that are neither.
    A sentence-level task cannot give a whole sentence a probability that has an unknown tag or a transition that its
    scheme forbids: all words of such a sentence have NO_LABEL.
    """
    rows = label_rows(task)
    start, pairs, end = (
        np.asarray(part, dtype=bool) for part in allowed_transitions(task.labels, task.scheme)
    )
    numbers = []
    for sentence in tags:
        path = np.array([rows.get(tag, NO_LABEL) for tag in sentence], dtype=np.int64)
        if task.objective == "sentence" and len(path):
            known = NO_LABEL not in path
            if not (known and start[path[0]] and pairs[path[:-1], path[1:]].all() and end[path[-1]]):
                path[:] = NO_LABEL
        numbers.append(path)
    return np.concatenate(numbers) if numbers else np.zeros(0, dtype=np.int64)


def _score(
    network: WindowNetwork, corpora: Sequence[_Scored], second: "SecondPass | None"
) -> tuple[list[TaskScores | RankingScores], dict[str, float]]:
    """The scores of every task of the corpora, and their losses."""
    results: list[TaskScores | RankingScores] = []
    losses: dict[str, float] = {}
    for corpus in corpora:
        tasks = tuple(task.name for task, _ in corpus.gold)
        if not tasks:
            continue
        encoded = second.encoded(network, corpus) if second else corpus.encoded
        found = predict_with_losses(network, encoded, tasks)
        losses |= found.losses
        for task, gold in corpus.gold:
            if task.is_scorer:
                results.append(score_ranking(task.name, gold, found.scores[task.name]))
                continue
            tags = [[task.labels[row] for row in rows] for rows in found.tags[task.name]]
            results.append(
                score_task(
                    task.name, gold, tags, corpus.tokens, scheme=task.scheme, known_forms=(), strict=False
                )
            )
    return results, losses
