"""A margin scorer against a softmax head at telling words of entities from others: `python scripts/measure_scorer.py`.

Trains on CoNLL-2003 (eng.train), alone and with the same settings, a scorer of any entity (objective margin) and a NER
head (objective word), one run a seed, and ranks the words of eng.testa: by the score, and by the log odds of any tag
but O. Prints ranking accuracy, average precision and the best F1 of words (its threshold chosen on the same data), and
the F1 of the words that the softmax head tags with anything but O. `--epochs`, `--corruptions` and `--set` change the
training.
The corpora are looked for in the folder TAGGER_DATA (default: ../shared/data beside the repository).
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

MEASURES = ("ranking_accuracy", "average_precision", "best_f1", "argmax_f1")


def main() -> None:
    """Train both with every seed, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", default="1", metavar="N,N")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--corruptions", type=int, default=5, help="corrupted windows of each true one")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="section.key=value")
    arguments = parser.parse_args()
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # as `tagger train` does
    tasks = {
        "scorer": [
            "tasks.any.column=ner",
            "tasks.any.objective=margin",
            f"tasks.any.corruptions={arguments.corruptions}",
        ],
        "softmax": ["tasks.ner.objective=word"],
    }
    print("| head | ranking accuracy | average precision | best F1 of words | F1 of its tags | seconds |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as work:
        prepared = prepare(Path(work))
        for name, task in tasks.items():
            shared = [f"data.folder={prepared}", f"training.epochs={arguments.epochs}", *arguments.overrides]
            runs = [
                run([*task, *shared, f"training.seed={seed}"], prepared, Path(work) / "model")
                for seed in map(int, arguments.seeds.split(","))
            ]
            cells = [cell([100 * r[measure] for r in runs if measure in r]) for measure in MEASURES]
            print(f"| {name} | {' | '.join(cells)} | {statistics.median(r['seconds'] for r in runs):.0f} |")


def prepare(work: Path) -> Path:
    """CoNLL-2003 as `tagger prep` writes it."""
    from reproduce import EXPERIMENTS, prepare_experiment

    data = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data"))
    prepare_experiment(EXPERIMENTS["conll2003-pos-ner"], data, work / "prepared")
    return work / "prepared"


def run(settings: Sequence[str], prepared: Path, folder: Path) -> dict[str, float]:
    """Train one head, and rank the words of the development data by it."""
    from tagger.evaluation.ranking import score_ranking
    from tagger.inference.runtime import Runtime
    from tagger.recipes.train import train
    from tagger.saved import read_model
    from tagger.settings_file import load_settings
    from tagger.text.prepared import read_prepared
    from tagger.text.true_windows import window_kinds

    report = train(load_settings(None, settings), folder, force=True)
    gold = read_prepared(str(prepared))
    sentences = gold.splits["dev"]
    kinds = [window_kinds(s.tags["ner"], "", gold.schemes["ner"]) for s in sentences]
    model = read_model(folder)
    (task,) = model.tasks
    scores = Runtime(model).scores([sentence.tokens for sentence in sentences])  # [N, K]
    found = {"seconds": report.seconds}
    if task.labels != ("",):
        outside = task.labels.index("O")
        inside = np.delete(scores, outside, 1)
        true = np.array([kind == "true" for row in kinds for kind in row])
        named = inside.max(1) > scores[:, outside]
        found["argmax_f1"] = 2 * float((true & named).sum()) / float(true.sum() + named.sum())
        scores = (np.logaddexp.reduce(inside.astype(np.float64), 1) - scores[:, outside])[:, None]
    ranking = score_ranking(task.name, kinds, scores[:, 0])
    return {**found, **{measure: getattr(ranking, measure) for measure in MEASURES[:3]}}


def cell(values: list[float]) -> str:
    """Mean and standard deviation, the latter of two values or more."""
    if not values:
        return ""
    deviation = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.2f}{deviation}"


if __name__ == "__main__":
    main()
