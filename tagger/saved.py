"""The saved model: a folder of plain files, read and written without torch.

    model.json            format version, network sizes, features, tasks with their labels
    vocabulary.json       the items of every lookup table, in row order
    gazetteers.json       of a model with lists of names: list -> its phrases, tokens with a space between them
    weights.safetensors   parameters, float32, or tables and matrices as float16 (half precision)
    README.md             model card
    settings.toml         the resolved settings it was trained with
    metrics.json          scores on development data; history.jsonl: one line an epoch
    run.json              versions, data fingerprints, time and memory
    forms.json            the forms of the training data (for scores on seen and unseen words)
    ambiguous.json        task -> those of them that carry several of its tags there
    memory.json           of a model with a memory: what its training documents remember, for `--resume`
    last.safetensors      the state of training after the last epoch, for `--resume`
    finetune.json         of a fine-tuning: scores on old and new data, before and after; what was new
    before.safetensors    of a fine-tuning: DATA/TASK -> what its model got right in each sentence [sentences, 3]

Parameter names and shapes (D: width of one form's vectors, W: window width, H: hidden units, K: labels):
    lookup.NAME.weight [V, d]; lookup.characters.weight [V, d], .filters [filters, width * d], .bias [filters];
    trunk.0.weight [H, W * D] with the window's slots from left to right, trunk.I.weight [H_I, H_(I-1)], trunk.I.bias;
    of maxout with P pieces [P * H_I, ...]: row p * H_I + h is piece p of unit h, and the sums below are P * H_I too;
    norms.I.weight (gamma), .bias (beta), .running_mean, .running_var [H_I]: batch normalisation of layer I's sums,
    (W x + b - mean) / sqrt(var + 1e-5) * gamma + beta, before the activation;
    heads.TASK.weight [K, H], .bias [K], and .transitions [K + 1, K], last row the start, of a sentence-level head.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tagger.errors import ModelError
from tagger.text.features import FormFeatures
from tagger.text.schemes import SCHEMES
from tagger.text.vocabulary import Vocabulary
from tagger.weights_file import Weights, in_full_precision, in_half_precision, read_weights, write_weights
from tagger.whole_files import write_file

FORMAT_VERSION = 1
DESCRIPTION, VOCABULARY, WEIGHTS, CARD = "model.json", "vocabulary.json", "weights.safetensors", "README.md"
SETTINGS, METRICS, HISTORY = "settings.toml", "metrics.json", "history.jsonl"
RUN, FORMS, AMBIGUOUS = "run.json", "forms.json", "ambiguous.json"
GAZETTEERS = "gazetteers.json"
MEMORY = "memory.json"

BATCH_NORM_EPSILON = 1e-5
"""Added to the variance under the root of batch normalisation; torch's default."""


@dataclass(frozen=True, slots=True)
class TaskDescription:
    """One head: its name, the tag column it learnt from, its labels in row order and how it decides."""

    name: str
    column: str
    scheme: str  # "IOB2", "IOBES", "IOB1", or "none" for tags that do not mark spans
    objective: str  # "word", "sentence", "squared-error", "tags-margin", or "margin" of a scorer
    labels: tuple[str, ...]  # of a scorer one: what a true window's centre carries, "" for any label
    temperature: float = 1.0  # scores are divided by it to be read as probabilities; no tag changes

    @property
    def is_scorer(self) -> bool:
        """Whether the head gives each word one score, in place of tags."""
        return self.objective == "margin"


@dataclass(frozen=True, slots=True)
class NetworkDescription:
    """Sizes and kinds of the shared layers."""

    window: int  # W, words that the network sees at once, odd
    hidden: tuple[int, ...]
    activation: str
    leak: float = 0.01  # slope of leaky_relu below zero
    pieces: int = 2  # sums of a maxout unit
    batch_norm: bool = False

    @property
    def sums(self) -> int:
        """Sums of each hidden unit: rows of a layer's matrix by unit."""
        return self.pieces if self.activation == "maxout" else 1


@dataclass(slots=True)
class SavedModel:
    """Everything that tagging needs, and what the model card says."""

    network: NetworkDescription
    tasks: tuple[TaskDescription, ...]
    features: FormFeatures
    weights: Weights
    extra_files: dict[str, str] = field(
        default_factory=dict
    )  # file name -> text: settings, metrics, card, history
    half_precision: bool = False  # the file holds tables and matrices as float16; `weights` is float32


def write_model(folder: Path, model: SavedModel) -> None:
    """Write `model` into the existing `folder` (inside `written_whole`, or a folder that already holds this model).

    The weights go last and every file is renamed into place, so a reader never sees half a file.
    """
    description = {
        "format_version": FORMAT_VERSION,
        "network": asdict(model.network),
        "features": model.features.describe(),
        "tasks": [asdict(task) for task in model.tasks],
    }
    vocabulary = {name: known.items for name, known in model.features.vocabularies.items()}
    _write_description(folder, description)
    write_file(folder / VOCABULARY, json.dumps(vocabulary, ensure_ascii=False, indent=0) + "\n")
    if model.features.gazetteers:
        phrases = model.features.gazetteers.phrases
        write_file(folder / GAZETTEERS, json.dumps(phrases, ensure_ascii=False, indent=0) + "\n")
    for name, text in model.extra_files.items():
        write_file(folder / name, text)
    write_model_weights(folder, model)


def write_temperatures(folder: Path, temperatures: Mapping[str, float]) -> None:
    """Set the temperature of some tasks of the model that `folder` already holds, in one move."""
    description = _read_json(folder, DESCRIPTION)
    for task in description["tasks"]:
        if task["name"] in temperatures:
            task["temperature"] = temperatures[task["name"]]
    _write_description(folder, description)


def _write_description(folder: Path, description: Mapping[str, Any]) -> None:
    write_file(folder / DESCRIPTION, json.dumps(description, indent=2, ensure_ascii=False) + "\n")


def write_model_weights(folder: Path, model: SavedModel) -> None:
    """Write the weights alone of a model that `folder` already holds."""
    weights = in_half_precision(model.weights) if model.half_precision else model.weights
    write_weights(folder / WEIGHTS, weights)


def read_model(folder: Path, *, tables_as_saved: bool = False) -> SavedModel:
    """The model in `folder`. Raises ModelError where a file is missing, damaged or of another format version.

    tables_as_saved: lookup tables in half precision stay float16, which halves the memory and the time of loading.
    """
    description = _read_json(folder, DESCRIPTION)
    version = description.get("format_version")
    if version != FORMAT_VERSION:
        raise ModelError(
            f"expected a model of format version {FORMAT_VERSION}, found {version}",
            where=str(folder / DESCRIPTION),
            hint="Use the program's version that wrote it, or train it again.",
        )
    vocabularies = {name: Vocabulary(items) for name, items in _read_lists(folder, VOCABULARY).items()}
    try:
        network = description["network"]
        features = description["features"]
        if not isinstance(features, dict):
            raise TypeError(f"the features {features!r}")
        lists = [feature["source"] for feature in features["lookups"] if feature["kind"] == "list"]
        phrases = _read_phrases(folder, lists) if features.get("lists") else None
        _check_network(network)
        _check_tasks(description["tasks"])
        arrays = read_weights(folder / WEIGHTS)
        return SavedModel(
            network=NetworkDescription(**{**network, "hidden": tuple(network["hidden"])}),
            tasks=tuple(
                TaskDescription(**{**task, "labels": tuple(task["labels"])}) for task in description["tasks"]
            ),
            features=FormFeatures.from_description(features, vocabularies, phrases),
            weights=in_full_precision(arrays, folder / WEIGHTS, but="lookup." if tables_as_saved else ""),
            half_precision=any(array.dtype == np.float16 for array in arrays.values()),
        )
    except (KeyError, TypeError) as error:
        found = f"none of {error}" if isinstance(error, KeyError) else str(error)
        raise ModelError(
            f"expected a model description, found {found}",
            where=str(folder / DESCRIPTION),
            hint="The model is damaged.",
        ) from error


_OPTIONAL_KINDS: dict[str, Callable[[Any], bool]] = {
    "leak": lambda value: type(value) in (int, float) and 0 <= value < 1,
    "pieces": lambda value: type(value) is int and value >= 1,
    "batch_norm": lambda value: type(value) is bool,
}


def _check_network(network: Mapping[str, Any]) -> None:
    """Raises TypeError for values of another kind. Older models have neither leak, pieces nor batch_norm."""
    sizes = [network["window"], *network["hidden"]]
    if any(type(size) is not int or size < 1 for size in sizes):
        raise TypeError(f"the sizes {sizes}")
    if not isinstance(network["activation"], str):
        raise TypeError(f"the activation {network['activation']!r}")
    for name, fits in _OPTIONAL_KINDS.items():
        if name in network and not fits(network[name]):
            raise TypeError(f"the {name} {network[name]!r}")


def _check_tasks(tasks: Sequence[Mapping[str, Any]]) -> None:
    """Raises TypeError for values of another kind. Older models have no temperature."""
    for task in tasks:
        if task["scheme"] not in SCHEMES:
            raise TypeError(f"the scheme {task['scheme']!r}")
        if not all(isinstance(label, str) for label in task["labels"]):
            raise TypeError("labels that are no strings")
        value = task.get("temperature", 1.0)
        if type(value) not in (int, float) or not 0 < value < math.inf:
            raise TypeError(f"the temperature {value!r}")


def _read_phrases(folder: Path, lists: Sequence[str]) -> dict[str, list[str]]:
    """The phrases of the `lists`, in that order. Raises ModelError where the file has other lists."""
    found = _read_lists(folder, GAZETTEERS)
    if set(found) != set(lists):
        expected = f"expected the lists {', '.join(lists)}, found {', '.join(found) or 'none'}"
        raise ModelError(expected, where=str(folder / GAZETTEERS), hint="Phrases may change, lists may not.")
    return {name: found[name] for name in lists}


def _read_lists(folder: Path, file: str) -> dict[str, list[str]]:
    content = _read_json(folder, file)
    for name, items in content.items():
        if not isinstance(items, list) or not set(map(type, items)) <= {str}:
            where = str(folder / file)
            hint = "The model is damaged."
            raise ModelError(
                f"expected a list of strings in {name}, found another value", where=where, hint=hint
            )
    return content


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    if not folder.is_dir():
        raise ModelError(
            "expected a model folder, found none",
            where=str(folder),
            hint="`tagger train`, `tagger pretrain` and `tagger finetune` write one.",
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        found = ", ".join(sorted(p.name for p in folder.iterdir())[:5]) or "an empty folder"
        raise ModelError(f"expected a model folder with {name}, found {found}", where=str(folder)) from error
    except ValueError as error:
        raise ModelError(
            f"expected JSON, found {error}", where=str(path), hint="The model is damaged."
        ) from error
    if not isinstance(content, dict):
        raise ModelError(
            "expected a JSON object, found another value", where=str(path), hint="The model is damaged."
        )
    return content
