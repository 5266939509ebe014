"""What of a network does not learn, or learns otherwise than the rest, to notes for the person watching."""

import json
from collections.abc import Collection

from torch import nn

from tagger.config import TransferSettings
from tagger.network.layers import group_of
from tagger.reports.transfer import learning_lines
from tagger.training.freezing import build_freezing


def learning_notes(settings: TransferSettings, network: nn.Module, filled: Collection[str]) -> list[str]:
    """Notes on frozen, thawing and slowed layers, and on layers that would stay random for ever.

    filled: single layers ("lookup.word") with weights from elsewhere: from another model, or from a file of vectors.
    """
    lines = learning_lines(settings.freeze, settings.thaw, settings.rates)
    frozen = build_freezing(settings).never_learn(network)
    random = [layer for layer in frozen if layer not in filled]
    if not random:
        return lines
    kept = dict.fromkeys(name for stated in settings.freeze for name in _without(stated, frozen, random))
    hint = "these stay random"
    if kept:
        hint = f"to freeze only what was taken: transfer.freeze = {json.dumps(list(kept))}"
    return [*lines, f"frozen with random weights: {', '.join(random)}; {hint}"]


def _without(stated: str, frozen: Collection[str], random: Collection[str]) -> list[str]:
    """The name `stated` if none of its layers is random, else those of its layers that are not."""
    members = [layer for layer in frozen if stated in (layer, group_of(layer))]
    fine = [layer for layer in members if layer not in random]
    return [stated] if len(fine) == len(members) else fine
