"""Train and score one of the README's settings from the corpus files: `python scripts/reproduce.py NAME`.

Prepares the corpus, trains on its training part, evaluates the saved model on its development part, and prints scores,
seconds and peak memory; `--json` prints one JSON object as its last line; `--keep DIR` leaves the model there.
The corpora are looked for in the folder TAGGER_DATA (default: ../shared/data beside the repository).
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Experiment:
    """A corpus as `tagger prep` reads it, and what is learnt from it."""

    prep: dict[str, Any]  # fields of PrepOptions; paths relative to the data folder
    tasks: dict[str, dict[str, Any]]
    settings: dict[str, Any] = field(default_factory=dict)  # where they differ from the defaults


SPANS = {"objective": "sentence"}

CONLL2003 = {
    "train": ["conll2003/eng.train"],
    "dev": ["conll2003/eng.testa"],
    "columns": ["word", "pos", "chunk", "ner"],
}
EWT = {
    "train": ["ewt/en_ewt-ud-train.conllu"],
    "join_train": ["ewt/en_ewt-ud-train.iob2"],
    "dev": ["ewt/en_ewt-ud-dev.conllu"],
    "join_dev": ["ewt/en_ewt-ud-dev.iob2"],
    "maps": ["ner:OTH=O", "ner:B-O=O"],
}

EXPERIMENTS = {
    "conll2003-scratch": Experiment(
        CONLL2003,
        {"pos": {}, "chunk": SPANS, "ner": SPANS},
    ),
    "ewt-scratch": Experiment(
        EWT,
        {"upos": {}, "xpos": {}, "ner": SPANS},
    ),
    "conll2003-pos-ner": Experiment(
        CONLL2003,
        {"pos": {}, "ner": SPANS},
    ),
    "ewt-best": Experiment(
        EWT,
        {"upos": {}, "xpos": {}, "ner": SPANS},
        {
            "features": {"word": {"unknown_rate": 0.197952}, "characters": {"filters": 100}},
            "network": {
                "activation": "maxout",
                "hidden": [500],
                "input_dropout": 0.265043,
                "dropout": 0.344438,
            },
            "optimizer": {"rate": 0.00392342},
            "training": {"epochs": 10, "patience": 0},
        },
    ),
    "conll2000": Experiment(
        {"train": ["conll2000/train.txt"], "columns": ["word", "pos", "chunk"], "dev_last": 1000},
        {"pos": {}, "chunk": SPANS},
    ),
    "conll2002-es": Experiment(
        {
            "train": ["conll2002/esp.train"],
            "dev": ["conll2002/esp.testa"],
            "columns": ["word", "pos", "ner"],
            "broken_tags": "repair",
        },
        {"ner": SPANS},
    ),
    "conll2002-nl": Experiment(
        {
            "train": ["conll2002/ned.train"],
            "dev": ["conll2002/ned.testa"],
            "columns": ["word", "pos", "ner"],
            "wide_rows": "join",
        },
        {"ner": SPANS},
    ),
    "wnut17": Experiment(
        {
            "train": ["wnut17/wnut17train.conll"],
            "dev": ["wnut17/emerging.dev.conll"],
            "columns": ["word", "ner"],
        },
        {"ner": SPANS},
    ),
    "fr-sequoia": Experiment(
        {"train": ["fr_sequoia/fr_sequoia-ud-train.conllu"], "dev": ["fr_sequoia/fr_sequoia-ud-dev.conllu"]},
        {"upos": {}},
    ),
}

_PATHS = ("train", "dev", "join_train", "join_dev")


def main() -> None:
    """Run the experiment that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=sorted(EXPERIMENTS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the model in this folder")
    parser.add_argument(
        "--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="change a setting"
    )
    arguments = parser.parse_args()
    data = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data"))
    experiment = EXPERIMENTS[arguments.name]
    if not (data / experiment.prep["train"][0]).is_file():
        missing = data / experiment.prep["train"][0]
        sys.exit(f"error: expected {missing}, found none. Set TAGGER_DATA to the folder of corpora.")
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # as `tagger train` does
    from tagger.errors import TaggerError

    try:
        with tempfile.TemporaryDirectory() as work:
            folder = arguments.keep or Path(work) / "model"
            result = run(
                arguments.name, data, Path(work), folder, seed=arguments.seed, overrides=arguments.set
            )
    except TaggerError as error:
        sys.exit(f"error: {error}")
    if arguments.json:
        print(json.dumps(result))


def prepare_experiment(experiment: Experiment, data: Path, output: Path) -> None:
    """Write the prepared corpus of `experiment`, read from the folder `data` of corpora, to `output`."""
    from tagger.recipes.prep import PrepOptions, prepare

    options = {
        key: tuple(str(data / path) for path in value)
        if key in _PATHS
        else tuple(value)
        if isinstance(value, list)
        else value
        for key, value in experiment.prep.items()
    }
    prepare(PrepOptions(output=output, **options))


def run(
    name: str, data: Path, work: Path, folder: Path, *, seed: int, overrides: list[str]
) -> dict[str, Any]:
    """Prepare, train and evaluate; progress on stderr, scores on stdout. Returns them as plain values."""
    from tagger.recipes.evaluate import evaluate
    from tagger.recipes.evaluation_result import as_json
    from tagger.recipes.run_folder import peak_memory_mb
    from tagger.recipes.train import train
    from tagger.reports.console import print_scores
    from tagger.reports.live import TrainingDisplay
    from tagger.settings_file import dump_settings, load_settings, parse_settings

    experiment, begun = EXPERIMENTS[name], time.perf_counter()
    prepare_experiment(experiment, data, work / "prepared")
    prepared_seconds = time.perf_counter() - begun
    values = {"tasks": experiment.tasks, "data": {"folder": str(work / "prepared")}, **experiment.settings}
    file = work / "settings.toml"
    file.write_text(dump_settings(parse_settings(values)), encoding="utf-8")
    settings = load_settings(file, [f"training.seed={seed}", *overrides])
    with TrainingDisplay(epochs=settings.training.epochs) as display:
        report = train(settings, folder, observe=display.show, note=display.note)
    result = evaluate(folder)
    print_scores(
        [task.scores for task in result.tasks],
        title=f"{name}, seed {seed}",
        signatures=[task.signature for task in result.tasks],
    )
    figures = {
        "prepare_seconds": round(prepared_seconds, 1),
        "train_seconds": round(report.seconds, 1),
        "total_seconds": round(time.perf_counter() - begun, 1),
        "epochs": report.epochs,
        "best_epoch": report.best_epoch,
        "peak_memory_mb": peak_memory_mb(),
    }
    print("  ".join(f"{key} {value}" for key, value in figures.items()))
    return {"name": name, "seed": seed, **figures, **as_json(result)}


if __name__ == "__main__":
    main()
