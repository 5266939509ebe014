"""What does not learn is said before the training; layers that would stay random for ever are named."""

from collections.abc import Collection
from typing import Any

import pytest

from tagger.config import TransferSettings
from tagger.recipes.transfer_notes import learning_notes
from tests.recipes.test_transfer import OLD, model

TABLES = ["lookup.word", "lookup.caps", "lookup.suffix2", "lookup.characters"]


@pytest.mark.parametrize(
    ("chosen", "filled", "notes"),
    [
        ({}, (), []),
        ({"rates": {"lookup.word": 0.1, "heads": 2.0}}, (), ["rates: lookup.word x 0.1, heads x 2"]),
        ({"thaw": {"lookup": 1, "trunk": 2}}, (), ["learn later: lookup after 1 epoch, trunk after 2 epochs"]),
        ({"freeze": ("lookup",), "thaw": {"lookup": 3}}, (), ["learn later: lookup after 3 epochs"]),
        ({"freeze": ("lookup", "trunk")}, (*TABLES, "trunk.0"), ["do not learn: lookup, trunk"]),
        (
            {"freeze": ("lookup", "trunk")},
            ("lookup.word", "trunk.0"),
            [
                "do not learn: lookup, trunk",
                "frozen with random weights: lookup.caps, lookup.suffix2, lookup.characters; "
                'to freeze only what was taken: transfer.freeze = ["lookup.word", "trunk"]',
            ],
        ),
        (
            {"freeze": ("lookup.caps",)},
            ("lookup.word",),
            ["do not learn: lookup.caps", "frozen with random weights: lookup.caps; these stay random"],
        ),
    ],
)  # fmt: skip
def test_notes(chosen: dict[str, Any], filled: Collection[str], notes: list[str]) -> None:
    network, _ = model(OLD, seed=1)
    assert learning_notes(TransferSettings(**chosen), network, filled) == notes
