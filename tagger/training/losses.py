"""A batch's scores to one loss a task, whatever the objective of its head."""

from torch import Tensor

from tagger.network.heads import Head
from tagger.network.window_network import WindowNetwork
from tagger.objectives.sentence import sentence_loss
from tagger.objectives.squared_error import squared_error_loss
from tagger.objectives.tags_margin import tags_margin_loss
from tagger.objectives.word import word_loss
from tagger.training.batches import Batch

WORD_LOSSES = {"word": word_loss, "squared-error": squared_error_loss}
"""Objectives that need nothing but the scores and gold labels of each word."""


def batch_losses(network: WindowNetwork, batch: Batch, scores: dict[str, Tensor]) -> dict[str, Tensor]:
    """The loss of each task that has scores, mean over the words of the batch.

    Log-likelihoods (word, sentence) are in nats; squared errors and margins have units of their own, which the weights
    of the tasks can even out. A sentence-level loss is the sum over sentences divided by the number of words.
    """
    return {
        task: _loss(network.head(task), values, batch.labels[task], batch) for task, values in scores.items()
    }


def _loss(head: Head, scores: Tensor, gold: Tensor, batch: Batch) -> Tensor:
    """The loss of one head. Shapes: scores [N, K]; gold [N]."""
    if head.objective == "sentence":
        paths = scores[batch.places], gold[batch.places], batch.mask  # [B, T, K], [B, T], [B, T]
        return sentence_loss(*paths, head.transition_scores()) / batch.words
    if head.objective == "tags-margin":
        return tags_margin_loss(scores, gold, head.margin)
    return WORD_LOSSES[head.objective](scores, gold)
