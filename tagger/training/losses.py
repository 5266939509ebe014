"""A batch's scores to one loss a task, whatever the objective of its head."""

from torch import Tensor

from tagger.network.window_network import WindowNetwork
from tagger.objectives.sentence import sentence_loss
from tagger.objectives.word import word_loss
from tagger.training.batches import Batch


def batch_losses(network: WindowNetwork, batch: Batch, scores: dict[str, Tensor]) -> dict[str, Tensor]:
    """The loss of each task that has scores: nats a word, mean over the words of the batch.

    A sentence-level loss is the sum over sentences divided by the number of words, so that weights of tasks mean the
    same whatever their objectives.
    """
    losses = {}
    for task, values in scores.items():
        head, gold = network.head(task), batch.labels[task]
        if head.transitions is None:
            losses[task] = word_loss(values, gold)
        else:
            by_sentence = sentence_loss(
                values[batch.places], gold[batch.places], batch.mask, head.transition_scores()
            )
            losses[task] = by_sentence / batch.words
    return losses
