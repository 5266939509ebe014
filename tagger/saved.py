"""The saved model: a folder of plain files, read and written without torch.

    model.json            format version, network sizes, features, tasks with their labels
    vocabulary.json       the items of every lookup table, in row order
    weights.safetensors   parameters, float32
    README.md             model card
    settings.toml         the resolved settings it was trained with
    metrics.json          scores on development data; history.jsonl: one line an epoch
    run.json              versions, data fingerprints, time and memory
    forms.json            the forms of the training data (for scores on seen and unseen words)
    last.safetensors      the state of training after the last epoch, for `--resume`

Parameter names and shapes (D: width of one form's vectors, W: window width, H: hidden units, K: labels):
    lookup.NAME.weight [V, d]; lookup.characters.weight [V, d], .filters [filters, width * d], .bias [filters];
    trunk.0.weight [H, W * D] with the window's slots from left to right, trunk.I.weight [H_I, H_(I-1)], trunk.I.bias;
    of maxout with P pieces [P * H_I, ...]: row p * H_I + h is piece p of unit h, and the sums below are P * H_I too;
    norms.I.weight (gamma), .bias (beta), .running_mean, .running_var [H_I]: batch normalisation of layer I's sums,
    (W x + b - mean) / sqrt(var + 1e-5) * gamma + beta, before the activation;
    heads.TASK.weight [K, H], .bias [K], and .transitions [K + 1, K], last row the start, of a sentence-level head.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.errors import ModelError, OutputExistsError, TaggerError
from tagger.text.features import FormFeatures
from tagger.text.schemes import SCHEMES
from tagger.text.vocabulary import Vocabulary

FORMAT_VERSION = 1
DESCRIPTION, VOCABULARY, WEIGHTS, CARD = "model.json", "vocabulary.json", "weights.safetensors", "README.md"
SETTINGS, METRICS, HISTORY = "settings.toml", "metrics.json", "history.jsonl"
RUN, FORMS = "run.json", "forms.json"

BATCH_NORM_EPSILON = 1e-5
"""Added to the variance under the root of batch normalisation; torch's default."""

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class TaskDescription:
    """One head: its name, the tag column it learnt from, its labels in row order and how it decides."""

    name: str
    column: str
    scheme: str  # "IOB2", "IOBES", "IOB1", or "none" for tags that do not mark spans
    objective: str  # "word", "sentence", "squared-error" or "tags-margin"
    labels: tuple[str, ...]


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


@contextmanager
def written_whole(target: Path, *, force: bool = False) -> Iterator[Path]:
    """A temporary folder that becomes `target` when the block ends well, and vanishes when it does not.

    Raises OutputExistsError before any work if `target` exists (an empty folder does not count) and `force` is not set.
    """
    if target.exists() and not force and not (target.is_dir() and not any(target.iterdir())):
        raise OutputExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        if target.exists():
            retired = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
            os.replace(target, retired / "old")
            try:
                os.replace(temporary, target)
            except BaseException:
                os.replace(retired / "old", target)
                raise
            finally:
                shutil.rmtree(retired, ignore_errors=True)
        else:
            os.replace(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def check_new_file(path: Path, *, force: bool) -> None:
    """Raises TaggerError before any work if `path` cannot be written: it exists and `force` is not set, is a folder, or
    stands in a folder that does not exist."""
    if path.is_dir():
        raise TaggerError("expected a file to write, found a folder", where=str(path))
    if path.exists() and not force:
        raise OutputExistsError(path)
    if not path.parent.is_dir():
        raise TaggerError("expected a folder to write into, found none", where=str(path.parent))


def write_file(path: Path, content: str | bytes) -> None:
    """Write `path` whole or not at all: to a temporary name beside it, then renamed."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


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
    write_file(folder / DESCRIPTION, json.dumps(description, indent=2, ensure_ascii=False) + "\n")
    write_file(folder / VOCABULARY, json.dumps(vocabulary, ensure_ascii=False, indent=0) + "\n")
    for name, text in model.extra_files.items():
        write_file(folder / name, text)
    write_weights(folder / WEIGHTS, model.weights)


def write_weights(
    path: Path, weights: Mapping[str, NDArray[Any]], metadata: dict[str, str] | None = None
) -> None:
    """Write arrays as one safetensors file, whole or not at all."""
    from safetensors.numpy import save

    write_file(path, save({name: np.asarray(array, order="C") for name, array in weights.items()}, metadata))


def read_weights(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a safetensors file. Raises ModelError where it is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except FileNotFoundError as error:
        raise ModelError(f"expected the file {path.name}, found none", where=str(path.parent)) from error
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"expected a safetensors file, found {error}", where=str(path)) from error


def read_metadata(path: Path) -> dict[str, str]:
    """The text beside the arrays of a safetensors file."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        return file.metadata() or {}


def read_model(folder: Path) -> SavedModel:
    """The model in `folder`. Raises ModelError where a file is missing, damaged or of another format version."""
    description = _read_json(folder, DESCRIPTION)
    version = description.get("format_version")
    if version != FORMAT_VERSION:
        raise ModelError(
            f"expected a model of format version {FORMAT_VERSION}, found {version}",
            where=str(folder / DESCRIPTION),
            hint="Use the program's version that wrote it, or train it again.",
        )
    vocabularies = {name: Vocabulary(items) for name, items in _read_vocabularies(folder).items()}
    try:
        network = description["network"]
        _check_network(network)
        _check_tasks(description["tasks"])
        return SavedModel(
            network=NetworkDescription(**{**network, "hidden": tuple(network["hidden"])}),
            tasks=tuple(
                TaskDescription(**{**task, "labels": tuple(task["labels"])}) for task in description["tasks"]
            ),
            features=FormFeatures.from_description(description["features"], vocabularies),
            weights=read_weights(folder / WEIGHTS),
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
    """Raises TypeError for an unknown scheme and labels that are no strings."""
    for task in tasks:
        if task["scheme"] not in SCHEMES:
            raise TypeError(f"the scheme {task['scheme']!r}")
        if not all(isinstance(label, str) for label in task["labels"]):
            raise TypeError("labels that are no strings")


def _read_vocabularies(folder: Path) -> dict[str, list[str]]:
    content = _read_json(folder, VOCABULARY)
    for name, items in content.items():
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            where = str(folder / VOCABULARY)
            hint = "The model is damaged."
            raise ModelError(
                f"expected a list of strings in {name}, found another value", where=where, hint=hint
            )
    return content


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    if not folder.is_dir():
        raise ModelError(
            "expected a model folder, found none", where=str(folder), hint="`tagger train` writes one."
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
