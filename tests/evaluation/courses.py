"""Courses of trainings made up for the tests: one task, figures epoch by epoch."""

from collections.abc import Sequence
from typing import Any

from tagger.evaluation.course import Course, Epoch

HEALTHY = {
    "lookup.word": {"gradient_norm": 0.1, "update_ratio": 0.004},
    "trunk.0": {"gradient_norm": 0.5, "update_ratio": 0.01, "saturated": 0.0},
    "heads.ner": {"gradient_norm": 0.2, "update_ratio": 0.008},
}
SETTINGS: dict[str, Any] = {
    "network": {"activation": "relu", "hidden": [60], "dropout": 0.5, "input_dropout": 0.2},
    "optimizer": {"name": "adam", "rate": 0.003},
    "training": {"patience": 0},
}


def settings(epochs: int, **sections: dict[str, Any]) -> dict[str, Any]:
    """The settings of a run of so many epochs, sections changed key by key."""
    names = SETTINGS.keys() | sections.keys()
    changed = {name: {**SETTINGS.get(name, {}), **sections.get(name, {})} for name in names}
    changed["training"].setdefault("epochs", epochs)
    return changed


def course(
    losses: Sequence[float],
    *,
    train: Sequence[float] = (),
    dev: Sequence[float] = (),
    dev_losses: Sequence[float] = (),
    layers: Sequence[dict[str, dict[str, float]]] = (),
    tokens: int = 200_000,
    score: str = "ner.f1",
    chosen: dict[str, Any] | None = None,
) -> Course:
    """A training whose epoch number i has the i-th of each of the figures that are given; the best is the highest dev."""
    best, epochs = -1.0, []
    for place, loss in enumerate(losses):
        deciding = dev[place] if dev else None
        higher = deciding is None or deciding > best
        best = deciding if deciding is not None and higher else best
        epochs.append(
            Epoch(
                number=place + 1,
                rate=0.003,
                train_loss={"ner": loss},
                dev_loss={"ner": dev_losses[place]} if dev_losses else {},
                train={score: train[place]} if train else {},
                dev={score: deciding} if deciding is not None else {},
                score=deciding,
                best=higher,
                layers=layers[place] if layers else {},
            )
        )
    return Course("run", tuple(epochs), settings(len(losses)) if chosen is None else chosen, {"ner": tokens})


def layers(**figures: dict[str, float]) -> dict[str, dict[str, float]]:
    """Healthy layers, changed figure by figure: trunk_0={"gradient_norm": 1e-5}."""
    changed = {name.replace("_", ".", 1): values for name, values in figures.items()}
    names = [*HEALTHY, *(name for name in changed if name not in HEALTHY)]
    return {name: {**HEALTHY.get(name, {}), **changed.get(name, {})} for name in names}


GOOD = course(
    [1.0, 0.5, 0.3, 0.2, 0.15, 0.12, 0.1, 0.09],
    train=[0.6, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.99],
    dev=[0.55, 0.75, 0.85, 0.88, 0.9, 0.91, 0.91, 0.911],
    dev_losses=[0.9, 0.5, 0.32, 0.25, 0.22, 0.21, 0.2, 0.2],
    layers=[HEALTHY] * 8,
)
"""A training that nobody complains about."""
