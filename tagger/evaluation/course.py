"""The course of a training: what each epoch left in the history, and the curves that can be read off it."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Curve = list[tuple[int, float]]
"""(epoch, value) of every epoch that has the value."""

Part = Literal["train", "dev"]
LayerFigure = Literal["gradient_norm", "update_ratio", "saturated"]
SCORES = {
    "f1": "F1",
    "average_precision": "average precision",
    "ranking_accuracy": "ranking accuracy",
    "accuracy": "accuracy",
}
"""Scores that may stand for a task, and how people call them; the first of those recorded does."""
_DEPTHS = ("lookup", "trunk", "heads")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One line of the history. What was not recorded is empty; scores are fractions, losses are means a word."""

    number: int  # from 1
    rate: float  # learning rate of the last step
    train_loss: Mapping[str, float] = field(default_factory=dict)  # task -> mean of the epoch, with dropout
    dev_loss: Mapping[str, float] = field(default_factory=dict)
    train: Mapping[str, float] = field(default_factory=dict)  # "ner.f1" -> score of watched training words
    dev: Mapping[str, float] = field(default_factory=dict)
    score: float | None = None  # the development score that decides
    best: bool = False  # its score is the best so far
    layers: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict
    )  # "trunk.0" -> its figures: gradient_norm, update_ratio, saturated


@dataclass(frozen=True, slots=True)
class Course:
    """A training from its first epoch to its last one so far."""

    name: str
    epochs: tuple[Epoch, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)  # sections of settings.toml, as plain values
    train_tokens: Mapping[str, int] = field(default_factory=dict)  # task -> training words
    broken_off: str = ""  # the error that ended it before its time, such as a loss that was not finite

    @property
    def tasks(self) -> list[str]:
        """The tasks that were taught, in their order; a name with a dot is what a teacher adds to the loss of one."""
        taught = dict.fromkeys(task for epoch in self.epochs for task in epoch.train_loss)
        return [task for task in taught if "." not in task]

    @property
    def layers(self) -> list[str]:
        """The layers that were watched, from the words up to the heads."""
        return in_depth_order(name for epoch in self.epochs for name in epoch.layers)

    @property
    def finished(self) -> bool:
        """Whether it went through its epochs or stopped early as it was told to; true where settings are not kept."""
        epochs, patience = self.setting("training.epochs"), self.setting("training.patience")
        last = self.epochs[-1].number
        waited = last - (self.best.number if self.best else 0)
        return epochs is None or last >= epochs or bool(patience and waited >= patience)

    @property
    def best(self) -> Epoch | None:
        """The epoch whose weights were kept."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.best), None)

    def setting(self, name: str) -> Any:
        """The value of a dotted setting, None where it was not kept."""
        found: Any = self.settings
        for key in name.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def objective(self, task: str) -> str:
        """The objective of a task; "word", the default, where it was not kept."""
        return str(self.settings.get("tasks", {}).get(task, {}).get("objective", "word"))

    def score_name(self, task: str) -> str:
        """The name of the score that stands for a task: the first of SCORES that was recorded, else accuracy."""
        return main_score(task, {name for e in self.epochs for name in (*e.dev, *e.train)})

    def loss(self, part: Part, task: str) -> Curve:
        """The loss of a task on training (with dropout) or development data."""
        return self._curve(lambda e: (e.train_loss if part == "train" else e.dev_loss).get(task))

    def score(self, part: Part, task: str) -> Curve:
        """The main score of a task on watched training or all development data."""
        name = self.score_name(task)
        return self._curve(lambda e: (e.train if part == "train" else e.dev).get(name))

    def total_loss(self) -> Curve:
        """The training loss of all tasks together, unweighted."""
        tasks = self.tasks
        return self._curve(
            lambda e: sum(e.train_loss[t] for t in tasks) if e.train_loss.keys() >= set(tasks) else None
        )

    def rate(self) -> Curve:
        """The learning rate."""
        return self._curve(lambda e: e.rate)

    def layer(self, figure: LayerFigure, name: str) -> Curve:
        """A figure of a layer."""
        return self._curve(lambda e: e.layers.get(name, {}).get(figure))

    def _curve(self, value: Callable[[Epoch], float | None]) -> Curve:
        return [(e.number, found) for e in self.epochs if (found := value(e)) is not None]


def main_score(task: str, names: Container[str]) -> str:
    """The name of the score, among `names` such as "ner.f1", that stands for a task; accuracy where none does."""
    return next((name for score in SCORES if (name := f"{task}.{score}") in names), f"{task}.accuracy")


def in_depth_order(layers: Iterable[str]) -> list[str]:
    """The layers, each once, from the words up to the heads."""
    return sorted(dict.fromkeys(layers), key=_depth)


def _depth(layer: str) -> tuple[int, int]:
    """Where a layer stands between words and scores; lookup tables and heads keep their order."""
    kind, _, rest = layer.partition(".")
    place = _DEPTHS.index(kind) if kind in _DEPTHS else len(_DEPTHS)
    return place, int(rest) if kind == "trunk" and rest.isdigit() else 0
