"""A run folder to a diagnosis of its training."""

from pathlib import Path
from typing import Any

from tagger.errors import ModelError
from tagger.evaluation.course import Epoch
from tagger.evaluation.diagnosis import diagnose_course
from tagger.evaluation.verdicts import Diagnosis
from tagger.recipes.history import read_course
from tagger.saved import HISTORY


def diagnose(run: Path) -> Diagnosis:
    """What is wrong with the training in the folder `run`, finished or not. Raises ModelError where there is none."""
    course = read_course(run)
    if course.setting("pretraining.text"):
        hint = (
            f"Its scores of held-out text: {run / HISTORY}, drawn by `tagger plot {run}`; what it learnt: "
            f"`tagger neighbours {run} WORD`."
        )
        raise ModelError("expected a training on labels, found a pretraining", where=str(run), hint=hint)
    return diagnose_course(course)


def diagnosis_as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """A diagnosis as plain values; fractions in [0, 1], losses a word."""
    course = diagnosis.course
    return {
        "run": course.name,
        "finished": diagnosis.finished,
        "epochs": course.epochs[-1].number,
        "best_epoch": course.best.number if course.best else None,
        "verdicts": [
            {
                "name": verdict.name,
                "severity": verdict.severity,
                "meaning": verdict.meaning,
                "evidence": list(verdict.evidence),
                "advice": [
                    {"setting": advice.setting, "now": advice.now, "advice": advice.text}
                    for advice in verdict.advice
                ],
            }
            for verdict in diagnosis.verdicts
        ],
        "figures": {
            "best": _figures(course.best) if course.best else None,
            "last": _figures(course.epochs[-1]),
        },
        "missing": list(diagnosis.missing),
    }


def _figures(epoch: Epoch) -> dict[str, Any]:
    return {
        "epoch": epoch.number,
        "rate": epoch.rate,
        "train_loss": dict(epoch.train_loss),
        "dev_loss": dict(epoch.dev_loss),
        "train": dict(epoch.train),
        "dev": dict(epoch.dev),
        "layers": {name: dict(figures) for name, figures in epoch.layers.items()},
    }
