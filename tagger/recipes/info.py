"""A saved model to what it is: tasks, labels, sizes, features, training data, scores, settings."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tagger.errors import ModelError
from tagger.recipes.transfer_record import read_transfer
from tagger.records import TransferReport
from tagger.saved import (
    DESCRIPTION,
    GAZETTEERS,
    HISTORY,
    METRICS,
    RUN,
    SETTINGS,
    VOCABULARY,
    WEIGHTS,
    SavedModel,
    TaskDescription,
    read_model,
)

_FILES = (DESCRIPTION, VOCABULARY, GAZETTEERS, WEIGHTS)


@dataclass(frozen=True, slots=True)
class Layer:
    """A group of parameters: how many there are, and the shapes of its arrays."""

    name: str
    parameters: int
    shapes: dict[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a model. `metrics`, `run` and `settings` are empty where the folder does not hold them."""

    path: str
    window: int  # words
    hidden: tuple[int, ...]  # units
    activation: str
    tasks: tuple[TaskDescription, ...]
    features: dict[str, int]  # lookup table -> items of its vocabulary, in the order of concatenation
    layers: tuple[Layer, ...]
    megabytes: float  # 10^6 bytes, of all files that tagging reads
    half_precision: bool  # the file holds tables and matrices as float16
    epochs: int  # lines of the history
    metrics: dict[str, Any]
    run: dict[str, Any]
    settings: str  # TOML
    transfer: TransferReport | None = None  # what it took from another model

    @property
    def parameters(self) -> int:
        """How many numbers training has set."""
        return sum(layer.parameters for layer in self.layers)


def describe_model(path: Path) -> ModelInfo:
    """What the model in the folder `path` is. Raises ModelError where it is missing or damaged."""
    model = read_model(path)
    history = path / HISTORY
    return ModelInfo(
        path=str(path),
        window=model.network.window,
        hidden=model.network.hidden,
        activation=model.network.activation,
        tasks=model.tasks,
        features={name: len(known.items) for name, known in model.features.vocabularies.items()},
        layers=_layers(model),
        megabytes=sum(file.stat().st_size for name in _FILES if (file := path / name).is_file()) / 1e6,
        half_precision=model.half_precision,
        epochs=len(history.read_text(encoding="utf-8").splitlines()) if history.is_file() else 0,
        metrics=_read_object(path / METRICS),
        run=_read_object(path / RUN),
        settings=_read_settings(path / SETTINGS),
        transfer=read_transfer(path),
    )


def info_as_json(info: ModelInfo) -> dict[str, Any]:
    """`info` as plain values."""
    return {
        "path": info.path,
        "parameters": info.parameters,
        "megabytes": round(info.megabytes, 3),
        "half_precision": info.half_precision,
        "network": {"window": info.window, "hidden": list(info.hidden), "activation": info.activation},
        "tasks": {
            task.name: {
                "column": task.column,
                "scheme": task.scheme,
                "objective": task.objective,
                "labels": list(task.labels),
                "temperature": None if task.is_scorer else task.temperature,
            }
            for task in info.tasks
        },
        "features": info.features,
        "layers": {
            layer.name: {"parameters": layer.parameters, "shapes": layer.shapes} for layer in info.layers
        },
        "epochs": info.epochs,
        "metrics": info.metrics,
        "run": info.run,
        "settings": tomllib.loads(info.settings),
        "transfer": _transfer(info.transfer) if info.transfer else None,
    }


def _transfer(report: TransferReport) -> dict[str, Any]:
    """Where the model came from: the other model, the layers taken, which of them do not learn or learn later."""
    return {
        "source": report.source,
        "layers": [layer.layer for layer in report.layers],
        "frozen": list(report.frozen),
        "thaw": dict(report.thaw),
    }


def _layers(model: SavedModel) -> tuple[Layer, ...]:
    """Parameters by layer: the name up to the last dot ("lookup.word", "trunk.0", "heads.ner")."""
    grouped: dict[str, dict[str, tuple[int, ...]]] = {}
    counts: dict[str, int] = {}
    for name, array in model.weights.items():
        layer, _, part = name.rpartition(".")
        grouped.setdefault(layer, {})[part] = tuple(array.shape)
        learnt = not part.startswith("running_")  # statistics of batch normalisation are not parameters
        counts[layer] = counts.get(layer, 0) + int(array.size) * learnt
    order = {"lookup": 0, "trunk": 1, "norms": 2, "heads": 3}
    names = sorted(grouped, key=lambda name: (order.get(name.split(".")[0], 4), name))
    return tuple(Layer(name, counts[name], grouped[name]) for name in names)


def _read_settings(path: Path) -> str:
    """The text of a settings file, "" if there is none."""
    if not path.is_file():
        return ""
    try:
        text = path.read_text(encoding="utf-8")
        tomllib.loads(text)
    except ValueError as error:
        raise ModelError(
            f"expected TOML, found {error}", where=str(path), hint="The model is damaged."
        ) from error
    return text


def _read_object(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(
            f"expected JSON, found {error}", where=str(path), hint="The model is damaged."
        ) from error
    if not isinstance(content, dict):
        raise ModelError("expected a JSON object, found another value", where=str(path))
    return content
