"""Tags of a corpus by the torch network itself; what the loop scores development data with."""

from dataclasses import replace

import torch
from torch import Tensor

from tagger.network.heads import Head
from tagger.network.window_network import WindowNetwork
from tagger.objectives.decoding import path_terms, viterbi
from tagger.training.batches import Batch, EncodedCorpus, batch_orders, make_batch
from tagger.training.losses import batch_losses

EVALUATION_WORDS = 4000
"""Words a batch when nothing is learnt."""
NO_LABEL = -1
"""In the place of a gold label that the network does not have, or that stands on no path it allows."""

Predicted = dict[str, list[list[int]]]
"""Task -> the label numbers of every sentence."""


def predict(network: WindowNetwork, corpus: EncodedCorpus, tasks: tuple[str, ...]) -> Predicted:
    """The label numbers of every sentence, a task each: best allowed path of a span scheme, else each word's best."""
    return _pass_through(network, corpus, tasks, with_losses=False)[0]


def predict_with_losses(
    network: WindowNetwork, corpus: EncodedCorpus, tasks: tuple[str, ...]
) -> tuple[Predicted, dict[str, float]]:
    """As `predict`, and the mean loss a word of each task, without dropout or hidden words.

    Words labelled NO_LABEL in `corpus` are left out of the loss; a task without any other word has none.
    """
    return _pass_through(network, corpus, tasks, with_losses=True)


def _pass_through(
    network: WindowNetwork, corpus: EncodedCorpus, tasks: tuple[str, ...], *, with_losses: bool
) -> tuple[Predicted, dict[str, float]]:
    device = next(network.parameters()).device
    training = network.training
    network.eval()
    predicted: Predicted = {task: [[] for _ in corpus.lengths] for task in tasks}
    sums, words = dict.fromkeys(tasks, 0.0), dict.fromkeys(tasks, 0)
    with torch.no_grad():
        for order in batch_orders(corpus.lengths, EVALUATION_WORDS):
            batch = make_batch(corpus, order, network.window).to(device)
            scores = network(batch.rows, batch.characters, batch.windows, tasks=tasks)
            for task, values in scores.items():
                path = _best_paths(network.head(task), values, batch)
                for sentence, tags in zip(order.tolist(), path.tolist(), strict=True):
                    predicted[task][sentence] = tags[: int(corpus.lengths[sentence])]
                if with_losses:
                    total, count = _summed_loss(network, batch, task, values)
                    sums[task] += total
                    words[task] += count
    network.train(training)
    return predicted, {task: sums[task] / words[task] for task in tasks if words[task]}


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
