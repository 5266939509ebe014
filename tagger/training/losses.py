"""A batch's scores to one loss a task, whatever the objective of its head."""

import torch
from torch import Tensor

from tagger.network.heads import Head
from tagger.network.window_network import WindowNetwork
from tagger.objectives.margin import margin_loss
from tagger.objectives.sentence import sentence_loss
from tagger.objectives.squared_error import squared_error_loss
from tagger.objectives.tags_margin import tags_margin_loss
from tagger.objectives.word import word_loss
from tagger.text.true_windows import CORRUPTED, TRUE, WINDOW_ROWS
from tagger.training.batches import Batch

WORD_LOSSES = {"word": word_loss, "squared-error": squared_error_loss}
"""Objectives that need nothing but the scores and gold labels of each word."""


def batch_losses(
    network: WindowNetwork, batch: Batch, scores: dict[str, Tensor], generator: torch.Generator | None = None
) -> dict[str, Tensor]:
    """The loss of each task that has scores, mean over the words of the batch, of a scorer over pairs of its windows.

    Log-likelihoods (word, sentence) are in nats; squared errors and margins have units of their own, which the weights
    of the tasks can even out. A sentence-level loss is the sum over sentences divided by the number of words.
    `generator` draws the corrupted windows of scorers.
    """
    return {
        task: _loss(network.head(task), values, batch.labels[task], batch, generator)
        for task, values in scores.items()
    }


def drawn_margin_loss(head: Head, scores: Tensor, kinds: Tensor, generator: torch.Generator | None) -> Tensor:
    """The margin loss of a scorer: each true window of the batch against `head.corruptions` corrupted ones of it.

    These are drawn with replacement, each alike; their gradients add up. 0 for a batch that lacks one of the kinds.
    Shapes: scores [N, 1]; kinds [N] numbers of WINDOW_ROWS; words that are neither take no part.
    """
    true, corrupted = (scores[kinds == WINDOW_ROWS[kind], 0] for kind in (TRUE, CORRUPTED))  # [n], [m]
    if not len(true) or not len(corrupted):
        return margin_loss(true[:0], corrupted[:0], head.margin)
    shape = (len(true), head.corruptions)
    draws = torch.randint(len(corrupted), shape, generator=generator, device=scores.device)  # [n, k]
    return margin_loss(true, corrupted.index_select(0, draws.view(-1)).view(shape), head.margin)


def teaches(head: Head, gold: Tensor) -> bool:
    """Whether words with these gold labels [N] teach the head: any do, but a scorer needs both kinds of windows."""
    if head.objective != "margin":
        return True
    return all(bool((gold == WINDOW_ROWS[kind]).any()) for kind in (TRUE, CORRUPTED))


def _loss(
    head: Head, scores: Tensor, gold: Tensor, batch: Batch, generator: torch.Generator | None
) -> Tensor:
    """The loss of one head. Shapes: scores [N, K]; gold [N]."""
    if head.objective == "margin":
        return drawn_margin_loss(head, scores, gold, generator)
    if head.objective == "sentence":
        paths = scores[batch.places], gold[batch.places], batch.mask  # [B, T, K], [B, T], [B, T]
        return sentence_loss(*paths, head.transition_scores()) / batch.words
    if head.objective == "tags-margin":
        return tags_margin_loss(scores, gold, head.margin)
    return WORD_LOSSES[head.objective](scores, gold)
