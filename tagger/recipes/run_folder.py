"""The folder of a training run, which is a model at every moment: best weights, last state, history, facts."""

import json
import math
import platform
import resource
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from tagger import __version__
from tagger.config import Settings
from tagger.errors import ModelError
from tagger.recipes.rows_in_use import TABLE, RowsInUse
from tagger.recipes.transfer_record import TRANSFER, parse_transfer
from tagger.records import Step
from tagger.reports.transfer import origin_line
from tagger.saved import (
    CARD,
    FORMS,
    HISTORY,
    METRICS,
    RUN,
    SETTINGS,
    SavedModel,
    read_model,
    write_model,
    write_model_weights,
)
from tagger.settings_file import dump_settings
from tagger.training.build import weights_of
from tagger.training.checkpoint import restore_checkpoint, save_checkpoint
from tagger.training.loop import TrainingState
from tagger.weights_file import Weights, write_weights
from tagger.whole_files import write_file, written_whole


class RunFolder:
    """Saves after each epoch what a reader, a tagger or `--resume` needs.

    The folder appears after the first epoch, whole; later epochs replace single files, each in one move.
    """

    def __init__(
        self,
        path: Path,
        model: SavedModel,
        settings: Settings,
        *,
        facts: dict[str, Any],
        forms: list[str],
        force: bool,
        arrays: Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
        resumable: bool = True,
        aside: RowsInUse | None = None,
        writes: bool = True,
    ) -> None:
        """`model` without weights; `facts` about the run (fingerprints, counts); `forms` of the training data.

        `arrays`: further safetensors files, name -> what they hold, written once. `resumable`: the state too.
        `aside`: rows of the word table that the network does not have while it learns. `writes`: False in all but the
        first of several processes, which change nothing here.
        """
        self.path = path
        self.model = model
        self.settings = settings
        self.facts = facts
        self.forms = forms
        self.force = force
        self.arrays = arrays or {}
        self.resumable = resumable
        self.aside = aside
        self.writes = writes
        self.started = False

    def save(self, state: TrainingState, step: Step) -> None:
        """Save the epoch that `step` ended; its weights too if they are the best so far."""
        state.history.append(history_line(step))
        if not self.writes:
            self.started = True
            return
        texts = self._texts(state, step)
        if not self.started:
            texts |= self.model.extra_files
            texts[FORMS] = json.dumps(self.forms, ensure_ascii=False) + "\n"
            texts[SETTINGS] = dump_settings(self.settings)
            with written_whole(self.path, force=self.force) as folder:
                write_model(folder, replace(self.model, weights=self._best_weights(state), extra_files=texts))
                for name, arrays in self.arrays.items():
                    write_weights(folder / name, arrays)
                self._save_state(folder, state)
            self.started = True
            return
        if step.best:
            write_model_weights(self.path, replace(self.model, weights=self._best_weights(state)))
        for name, text in texts.items():
            write_file(self.path / name, text)
        # last: a run killed before it does this epoch again, and all of the above
        self._save_state(self.path, state)

    def _save_state(self, folder: Path, state: TrainingState) -> None:
        if self.resumable:
            save_checkpoint(folder, state)

    def break_off(self, reason: str) -> None:
        """Write down what ended the training before its time; `tagger diagnose` tells it. Nothing before an epoch."""
        if self.started and self.writes:
            path = self.path / RUN
            facts = json.loads(path.read_text(encoding="utf-8"))
            write_file(path, json.dumps({**facts, "broken_off": reason}, indent=2, ensure_ascii=False) + "\n")

    def resume(self, state: TrainingState) -> None:
        """Put the state saved here into `state`. Raises ModelError if the training data are no longer the same."""
        path = self.path / RUN
        try:
            before = json.loads(path.read_text(encoding="utf-8"))["data"]
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"expected the facts of a run, found {error!r}", where=str(path)) from error
        if [entry["fingerprint"] for entry in before] != [
            entry["fingerprint"] for entry in self.facts["data"]
        ]:
            raise ModelError(
                "expected the training data of this run, found other data",
                where=str(self.path),
                hint="Restore the data, or train again without --resume.",
            )
        restore_checkpoint(self.path, state)
        if self.aside:  # the rows put aside never change: they are those of the weights saved
            self.aside = replace(self.aside, table=read_model(self.path).weights[TABLE])
        self.started = True

    def _best_weights(self, state: TrainingState) -> Weights:
        with state.evaluated():
            weights = weights_of(state.network)
        return self.aside.whole(weights) if self.aside else weights

    def _texts(self, state: TrainingState, step: Step) -> dict[str, str]:
        history = [json.dumps(line, ensure_ascii=False) for line in state.history]
        best = next(line for line in state.history if line["epoch"] == state.best_epoch)
        metrics = {"epoch": state.best_epoch, "score": state.best_score, "dev": best["dev"]}
        run = {
            **self.facts,
            **environment(),
            "seconds": round(step.seconds, 2),
            "peak_memory_mb": peak_memory_mb(),
        }
        return {
            HISTORY: "".join(f"{line}\n" for line in history),
            METRICS: json.dumps(metrics, indent=2) + "\n",
            RUN: json.dumps(run, indent=2, ensure_ascii=False) + "\n",
            CARD: model_card(self.path.name, self.model, metrics, run),
        }


def history_line(step: Step) -> dict[str, Any]:
    """One epoch as plain values; losses a word, scores as fractions. What is no finite number is left out."""
    return {
        "epoch": step.epoch,
        "step": step.number,
        "rate": step.rate,
        "seconds": round(step.seconds, 2),
        "train_loss": step.train_losses,
        "train": step.train_scores,
        "dev_loss": _finite(step.dev_losses),
        "dev": step.scores,
        "score": step.score,
        "best": step.best,
        "layers": {layer: _finite(asdict(figures)) for layer, figures in step.layers.items()},
    }


def _finite(values: Mapping[str, float | None]) -> dict[str, float]:
    """The values that JSON has a number for."""
    return {name: value for name, value in values.items() if value is not None and math.isfinite(value)}


def environment() -> dict[str, str]:
    """Versions of what the result may depend on."""
    return {
        "tagger": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "platform": platform.platform(),
    }


def peak_memory_mb() -> float:
    """The most memory that this process has held, in megabytes (10^6 bytes)."""
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def model_card(name: str, model: SavedModel, metrics: dict[str, Any], run: dict[str, Any]) -> str:
    """The README of a model folder."""
    tasks = "\n".join(
        f"| {task.name} | {task.column} | {task.scheme} | {task.objective} | {len(task.labels)} |"
        for task in model.tasks
    )
    use = f"Tag text with it: `tagger tag -m {name} FILE`"
    if all(task.is_scorer for task in model.tasks):
        use = f"Score words with it: `tagger score {name} FILE`"
    pretrained = all(not task.column for task in model.tasks)
    when = "after round" if pretrained else "best after epoch"
    caption = "Scores of held-out text (%)" if pretrained else "Development scores (%)"
    if any(task.scheme != "none" and not task.is_scorer for task in model.tasks):
        caption = "Development scores (%; entity scores as the CoNLL script counts, on gold tokens)"
    scores = "\n".join(f"| {key} | {100 * value:.2f} |" for key, value in metrics["dev"].items())
    data = "\n".join(
        f"- {entry.get('summary') or _corpus_summary(entry)}, fingerprint {entry['fingerprint'][:16] or 'unknown'}"
        for entry in run["data"]
    )
    return f"""# {name}

A window network (Collobert et al. 2011): {model.network.window} words, hidden layers {list(model.network.hidden)},
{model.network.activation}. Trained by tagger {run["tagger"]}, seed {run["seed"]}; {when} {metrics["epoch"]}.

{use}

| task | column | scheme | objective | labels |
|---|---|---|---|---|
{tasks}

{caption}:

| score | value |
|---|---|
{scores or "| none | - |"}

Data:

{data}
{_origin(model)}
Files: `settings.toml` (how to train it again), `history.jsonl`, `run.json` (versions, fingerprints, time, memory).
"""


def _origin(model: SavedModel) -> str:
    """A line on the model whose layers this one took; "" without one."""
    text = model.extra_files.get(TRANSFER)
    if not text:
        return ""
    taken = parse_transfer(text)
    line = origin_line(taken.source, [layer.layer for layer in taken.layers], taken.frozen, taken.thaw)
    return f"\n{line[0].upper()}{line[1:]}.\n"


def _corpus_summary(entry: dict[str, Any]) -> str:
    """The sizes of a labelled corpus in words."""
    return (
        f"{entry['train_sentences']} training sentences ({entry['train_tokens']} tokens), "
        f"{entry['dev_sentences']} development sentences"
    )
