"""The best path of tags: Viterbi over a batch of sentences, forbidden transitions never taken."""

import torch
from torch import Tensor

from tagger.objectives.squared_error import log_outputs


def path_terms(scores: Tensor, objective: str) -> Tensor:
    """What the labels of each word add to the score of a path. Shapes: scores [N, K]; result [N, K].

    The log of the sigmoid outputs for squared-error, the scores themselves for all others. Their softmax would change
    all paths alike; so would subtracting the word's best, which for heads without transition scores is done, so that
    sums stay small and a sentence's best labels, where allowed, come to exactly 0.
    """
    if objective == "sentence":
        return scores
    terms = log_outputs(scores) if objective == "squared-error" else scores
    return terms - terms.amax(1, keepdim=True)


def viterbi(scores: Tensor, mask: Tensor, transitions: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """The path of highest score of each sentence (Collobert et al. 2011, eq. 15). No gradient.

    Shapes: scores [B, T, K]; mask [B, T] true on words, words first; transitions = start [K], pairs [K, K] (from, to),
    end [K], -inf where forbidden; result [B, T] label numbers, 0 on padding. Of equal paths the lower numbers win.
    """
    with torch.no_grad():
        start, pairs, end = transitions
        batch, length, _ = scores.shape
        best = start + scores[:, 0]  # [B, K]
        origins = []
        same = torch.arange(scores.shape[2], device=scores.device).expand(batch, -1)
        for t in range(1, length):
            value, origin = (best[:, :, None] + pairs).max(1)  # [B, K] over the tag before
            here = mask[:, t, None]
            best = torch.where(here, value + scores[:, t], best)
            origins.append(torch.where(here, origin, same))
        tag = (best + end).argmax(1, keepdim=True)  # [B, 1]
        path = [tag]
        for origin in reversed(origins):
            tag = origin.gather(1, tag)
            path.append(tag)
        return torch.cat(path[::-1], 1).where(mask, 0)
