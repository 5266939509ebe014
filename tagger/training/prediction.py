"""Tags, and scores of scorers, of a corpus by the torch network itself; what the loop scores development data with."""

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tagger.network.heads import Head
from tagger.network.window_network import WindowNetwork
from tagger.objectives.decoding import path_terms, viterbi
from tagger.objectives.margin import mean_margin_loss
from tagger.text.true_windows import CORRUPTED, TRUE, WINDOW_ROWS
from tagger.training.batches import Batch, EncodedCorpus, batch_orders, make_batch
from tagger.training.losses import batch_losses

EVALUATION_WORDS = 4000
"""Words a batch when nothing is learnt."""
NO_LABEL = -1
"""In the place of a gold label that the network does not have, or that stands on no path it allows."""

Predicted = dict[str, list[list[int]]]
"""Task -> the label numbers of every sentence."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a network makes of a corpus."""

    tags: Predicted
    scores: dict[str, NDArray[np.float32]]  # scorer -> [words], in the corpus's order
    losses: dict[str, float] = field(default_factory=dict)  # task -> mean a word, of scorers a pair


def predict(network: WindowNetwork, corpus: EncodedCorpus, tasks: tuple[str, ...]) -> Predicted:
    """The label numbers of every sentence, a task each: best allowed path of a span scheme, else each word's best.

    Scorers give no tags: they are left out.
    """
    return _pass_through(network, corpus, tasks, with_losses=False).tags


def predict_with_losses(network: WindowNetwork, corpus: EncodedCorpus, tasks: tuple[str, ...]) -> Prediction:
    """As `predict`, with the scores of scorers and the mean loss a word of each task, without dropout or hidden words.

    Words labelled NO_LABEL in `corpus` are left out of the loss; a task without any other word has none. The loss of a
    scorer is the mean over all pairs of true and corrupted windows of the corpus: nothing is drawn.
    """
    return _pass_through(network, corpus, tasks, with_losses=True)


def predict_with_scores(network: WindowNetwork, corpus: EncodedCorpus, tasks: tuple[str, ...]) -> Prediction:
    """As `predict`, with the scores of scorers."""
    return _pass_through(network, corpus, tasks, with_losses=False)


def _pass_through(
    network: WindowNetwork, corpus: EncodedCorpus, tasks: tuple[str, ...], *, with_losses: bool
) -> Prediction:
    device = next(network.parameters()).device
    training = network.training
    network.eval()
    scorers = tuple(task for task in tasks if network.head(task).objective == "margin")
    taggers = tuple(task for task in tasks if task not in scorers)
    predicted: Predicted = {task: [[] for _ in corpus.lengths] for task in taggers}
    found = {task: np.zeros(corpus.words, np.float32) for task in scorers}
    sums, words = dict.fromkeys(taggers, 0.0), dict.fromkeys(taggers, 0)
    with torch.no_grad():
        for order in batch_orders(corpus.lengths, EVALUATION_WORDS):
            batch = make_batch(corpus, order, network.window).to(device)
            scores = network(batch.rows, batch.characters, batch.windows, tasks=tasks)
            for task in scorers:
                found[task][_words_of(corpus, order)] = scores[task][:, 0].cpu().numpy()
            for task in taggers:
                path = _best_paths(network.head(task), scores[task], batch)
                for sentence, tags in zip(order.tolist(), path.tolist(), strict=True):
                    predicted[task][sentence] = tags[: int(corpus.lengths[sentence])]
                if with_losses:
                    total, count = _summed_loss(network, batch, task, scores[task])
                    sums[task] += total
                    words[task] += count
    network.train(training)
    losses = {task: sums[task] / words[task] for task in taggers if words[task]}
    for task in scorers if with_losses else ():
        losses |= _ranking_loss(task, found[task], corpus.labels[task], network.head(task).margin)
    return Prediction(predicted, found, losses)


def _words_of(corpus: EncodedCorpus, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places in the corpus of the words of these sentences, one sentence after the other."""
    return np.concatenate([np.arange(corpus.starts[row], corpus.starts[row + 1]) for row in order])


def _ranking_loss(
    task: str, scores: NDArray[np.float32], kinds: NDArray[np.int64], margin: float
) -> dict[str, float]:
    """The mean margin loss over all pairs of the corpus, by the name of the task; empty where there is no pair."""
    true, corrupted = (torch.from_numpy(scores[kinds == WINDOW_ROWS[kind]]) for kind in (TRUE, CORRUPTED))
    if not len(true) or not len(corrupted):
        return {}
    return {task: mean_margin_loss(true, corrupted, margin).item()}


def _best_paths(head: Head, scores: Tensor, batch: Batch) -> Tensor:
    """The label numbers of each sentence [B, T] from the scores [N, K] of the batch's words."""
    if head.transitions is None and bool(head.allowed.all()):
        return scores.argmax(1)[batch.places]
    terms = path_terms(scores, head.objective)
    return viterbi(terms[batch.places], batch.mask, head.transition_scores())


def _summed_loss(network: WindowNetwork, batch: Batch, task: str, scores: Tensor) -> tuple[float, int]:
    """The loss of `task` summed over the words of the batch that have a label, and their number.

    Where labels are missing from a sentence-level task they are missing from whole sentences: these go.
    """
    known = batch.labels[task] != NO_LABEL  # [N]
    part = batch
    if not bool(known.all()):
        whole = known[batch.places[:, 0]]  # [B]
        numbers = known.cumsum(0) - 1  # [N], place among the words that stay
        part = replace(
            batch,
            windows=batch.windows[known],
            places=numbers[batch.places[whole]].clamp(min=0),
            mask=batch.mask[whole],
            labels={task: batch.labels[task][known]},
        )
    if not part.words:
        return 0.0, 0
    loss = batch_losses(network, part, {task: scores[known]})[task]
    return loss.item() * part.words, part.words
