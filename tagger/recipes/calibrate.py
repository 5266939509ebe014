"""Gold sentences to the temperatures of a saved model: its probabilities can then be believed on such sentences.

What is made likely is each gold tag on its own, and of a sentence-level task its share among all paths, not the whole
gold path: probabilities are given, and thresholds set, a tag or a span at a time. (On one half of CoNLL-2003 eng.testa
the path gave the chunks 1.43, the tags 1.46; on the other half the calibration error of tokens was 0.8% and 0.4%.)
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagger.evaluation.calibration import expected_calibration_error, fit_temperature
from tagger.inference.decoding import Array, Decoder, Numbers, build_decoder
from tagger.inference.ensemble import named
from tagger.inference.probabilities import log_probabilities
from tagger.inference.runtime import Runtime
from tagger.inference.second_pass import SecondPass
from tagger.reading.words import Words, document_batches
from tagger.recipes.gold import Gold, GoldPart, gold_of_corpora, gold_tags
from tagger.recipes.training_data import TrainingData
from tagger.records import Calibration
from tagger.saved import METRICS, SavedModel, read_model, write_temperatures
from tagger.text.memory import document_runs
from tagger.whole_files import write_file

MOST_TOKENS = 50_000
"""Of one corpus: more tell one number no better. Of a larger one sentences at equal distances are taken."""
UNKNOWN = -1
"""The number of a gold tag that is no label of its task."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One task's scores for gold sentences."""

    decoder: Decoder
    scores: Array  # [N, K]
    lengths: Numbers  # of the sentences, sum N
    gold: Numbers  # [N] label numbers, UNKNOWN for others


def calibrate(folder: Path, parts: Sequence[GoldPart]) -> tuple[Calibration, ...]:
    """Fit the temperatures of the model in `folder` on gold sentences and write them there; what came of it.

    A task of several parts is fitted on all of them; one without known gold tags keeps its temperature. The tags stay
    the same. model.json and metrics.json are replaced, each in one move. Raises TaggerError.
    """
    with named(str(folder)):
        fitted = fit(read_model(folder), parts)
    if fitted:
        path = folder / METRICS
        metrics = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        metrics.setdefault("calibration", {}).update({c.task: _without_task(c) for c in fitted})
        write_file(path, json.dumps(metrics, indent=2) + "\n")
        write_temperatures(folder, {found.task: found.temperature for found in fitted})
    return fitted


def calibrate_run(
    folder: Path, data: Sequence[TrainingData], note: Callable[[str], None] = lambda text: None
) -> tuple[Calibration, ...]:
    """Fit the temperatures of the model that a training wrote on its development data; none without any."""
    fitted = calibrate(folder, [part for corpora in data for part in gold_of_corpora(corpora)])
    if fitted:
        found = ", ".join(f"{c.task} {c.temperature:.2f}" for c in fitted)
        note(f"temperatures of probabilities, fitted on development data: {found}")
    return fitted


def calibration_note(found: Calibration) -> str:
    """What became of one task, in a line."""
    return (
        f"{found.task}: temperature {found.temperature:.3f}, fitted on these very data ({found.tokens:,} tokens): "
        f"calibration error {100 * found.error_before:.2f} at temperature 1, now {100 * found.error:.2f}"
    )


def fit(model: SavedModel, parts: Sequence[GoldPart]) -> tuple[Calibration, ...]:
    """The fitted temperature of each task that has known gold tags, in the model's order."""
    runtime = Runtime(model)
    passes = SecondPass(runtime, model)
    found: dict[str, list[Judged]] = {}
    for part in parts:
        for name, judged in _judge(model, runtime, passes, part).items():
            found.setdefault(name, []).append(judged)
    fitted = (_fit_task(_joined(found[task.name])) for task in model.tasks if task.name in found)
    return tuple(result for result in fitted if result)


def _judge(model: SavedModel, runtime: Runtime, passes: SecondPass, part: GoldPart) -> dict[str, Judged]:
    """The model's scores for some of the sentences, a task each; scorers left out."""
    total = sum(len(sentence.tokens) for sentence in part.gold.sentences)
    sentences = part.gold.sentences[:: max(1, -(-total // MOST_TOKENS))]
    gold = Gold(part.gold.name, sentences, part.gold.schemes)
    if not sentences:
        return {}
    words = (Words(s.tokens, document=n) for s, n in zip(sentences, document_runs(sentences), strict=True))
    scores = np.concatenate([passes.scores(batch) for batch in document_batches(words)])
    lengths = np.array([len(sentence.tokens) for sentence in sentences], np.intp)
    own = {task.name: task for task in model.tasks if not task.is_scorer}
    result = {}
    for task in part.tasks:
        if task.name in own:
            rows = {label: row for row, label in enumerate(own[task.name].labels)}
            tags = [rows.get(tag, UNKNOWN) for tags in gold_tags(task, gold) for tag in tags]
            result[task.name] = Judged(
                build_decoder(model, own[task.name]),
                np.ascontiguousarray(scores[:, runtime.columns[task.name]]),
                lengths,
                np.array(tags, np.intp),
            )
    return result


def _joined(parts: Sequence[Judged]) -> Judged:
    scores, lengths, gold = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("scores", "lengths", "gold")
    )
    return replace(parts[0], scores=scores, lengths=lengths, gold=gold)


def _fit_task(judged: Judged) -> Calibration | None:
    """The temperature of one task; None where nothing can be learnt from."""
    losses = partial(_losses, judged, judged.gold >= 0)
    possible = np.zeros(len(judged.gold), bool)
    possible[judged.gold >= 0] = np.isfinite(
        losses(1.0)
    )  # a gold tag that breaks the scheme has no probability
    if not possible.any():
        return None
    losses = partial(_losses, judged, possible)
    temperature = fit_temperature(losses)
    tags = judged.decoder.best(judged.scores, judged.lengths)
    errors = (
        expected_calibration_error(np.exp(_logs(judged, tags, value)), tags == judged.gold)
        for value in (1.0, temperature)
    )
    means = (float(losses(value).mean()) for value in (1.0, temperature))
    name, tokens = judged.decoder.task.name, int(possible.sum())
    return Calibration(name, temperature, tokens, *means, *errors)


def _losses(judged: Judged, chosen: NDArray[np.bool_], temperature: float) -> NDArray[np.float64]:
    """Minus the log probability of the gold tag of each of the `chosen` tokens."""
    losses: NDArray[np.float64] = -_logs(judged, np.maximum(judged.gold, 0), temperature)[chosen]
    return losses


def _logs(judged: Judged, tags: Numbers, temperature: float) -> NDArray[np.float64]:
    return log_probabilities(judged.decoder, judged.scores, judged.lengths, tags, temperature=temperature)


def _without_task(found: Calibration) -> dict[str, Any]:
    values = asdict(found)
    del values["task"]
    return values
