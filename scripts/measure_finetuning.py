"""Fine-tuning with and without what keeps old skills, on two pairs of corpora.

    python scripts/measure_finetuning.py RESULTS.jsonl --conll MODEL --ewt MODEL    trains what RESULTS.jsonl lacks
    python scripts/measure_finetuning.py RESULTS.jsonl --table                      prints the tables of what it holds

CoNLL-2003 -> WNUT-17 (person and location become PER and LOC; corporation, creative-work, group and product are new
types) starts from a model of CoNLL-2003, EWT -> CoNLL-2003 (MISC is a new type; entities alone) from one of EWT, as
`scripts/reproduce.py conll2003-scratch --keep DIR` and `ewt-scratch` leave. Each way to fine-tune runs with the seeds
named; scores are entity F1 on the old and on the new development data, all of it, with the best epoch's weights.
`--set` changes the settings of every run. A run that was stopped goes on where it was.
The corpora are looked for in the folder TAGGER_DATA (default: ../shared/data beside the repository).
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

PAIRS: dict[str, dict[str, Any]] = {
    "CoNLL-2003 -> WNUT-17": {
        "old": "conll2003-pos-ner",
        "new": "wnut17",
        "maps": ("ner:person=PER", "ner:location=LOC"),
    },
    "EWT -> CoNLL-2003": {"old": "ewt-scratch", "new": "conll2003-ner", "maps": ()},
}
WAYS: dict[str, dict[str, Any]] = {
    "all layers": {},
    "heads alone": {"overrides": ('transfer.freeze=["lookup", "trunk"]',)},
    "lookup frozen": {"overrides": ('transfer.freeze=["lookup"]',)},
    "rehearsal": {"rehearse": True},
    "distillation": {"overrides": ("rehearsal.distillation=1.0",)},
    "rehearsal, lookup frozen": {"rehearse": True, "overrides": ('transfer.freeze=["lookup"]',)},
}


def main() -> None:
    """Train what is missing, or print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, help="a line of JSON a run")
    parser.add_argument("--conll", type=Path, help="model of CoNLL-2003")
    parser.add_argument("--ewt", type=Path, help="model of EWT")
    parser.add_argument("--table", action="store_true", help="print what the results hold, train nothing")
    parser.add_argument("--seeds", default="1", metavar="N,N")
    parser.add_argument("--ways", default="", metavar="WAY;WAY", help=f"of {'; '.join(WAYS)}")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="section.key=value")
    arguments = parser.parse_args()
    models = dict(zip(PAIRS, (arguments.conll, arguments.ewt), strict=True))
    if not arguments.table:
        if not any(models.values()):
            parser.error("name a model to start from with --conll or --ewt")
        ways = [way.strip() for way in arguments.ways.split(";")] if arguments.ways else list(WAYS)
        train_missing(arguments, models, ways)
    print_tables(read_results(arguments.results))


def read_results(path: Path) -> list[dict[str, Any]]:
    """The runs that the file holds."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def train_missing(arguments: argparse.Namespace, models: dict[str, Path | None], ways: list[str]) -> None:
    """Fine-tune every run that the results lack."""
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # as `tagger train` does
    done = [(r["pair"], r["way"], r["seed"]) for r in read_results(arguments.results)]
    with tempfile.TemporaryDirectory() as work:
        for pair, model in models.items():
            for seed in map(int, arguments.seeds.split(",")):
                for way in ways if model else ():
                    if (pair, way, seed) in done:
                        continue
                    assert model is not None
                    result = run(pair, way, seed, model, Path(work), arguments.overrides)
                    print(json.dumps(result), file=sys.stderr, flush=True)
                    with arguments.results.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(result) + "\n")


def run(pair: str, way: str, seed: int, model: Path, work: Path, overrides: list[str]) -> dict[str, Any]:
    """Fine-tune once: entity F1 before and after on both development data, with the bounds of its change."""
    from tagger.recipes.finetune import finetune

    old, new = (str(prepare(PAIRS[pair][side], work)) for side in ("old", "new"))
    report = finetune(
        model,
        new,
        work / "tuned",
        maps=PAIRS[pair]["maps"],
        overrides=[f"training.seed={seed}", *WAYS[way].get("overrides", ()), *overrides],
        rehearse=(old,) if WAYS[way].get("rehearse") else (),
        old=(old,),
        force=True,
    )
    found: dict[str, Any] = {"pair": pair, "way": way, "seed": seed}
    for row in report.rows:
        if row.task == "ner":
            found[row.data] = {
                key: [value.value, value.low, value.high]
                for key in ("before", "after", "change")
                if (value := getattr(row, key)) is not None
            }
    return {**found, "seconds": round(report.training.seconds, 1)}


def prepare(name: str, work: Path) -> Path:
    """The corpus as `tagger prep` writes it, once."""
    from reproduce import EXPERIMENTS, Experiment, prepare_experiment

    alone = {**EXPERIMENTS["conll2003-scratch"].prep, "columns": ["word", "-", "-", "ner"]}
    known = {**EXPERIMENTS, "conll2003-ner": Experiment(alone, {"ner": {}})}
    folder = work / name
    if not folder.is_dir():
        data = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data"))
        prepare_experiment(known[name], data, folder)
    return folder


def print_tables(results: list[dict[str, Any]]) -> None:
    """A table a pair, a row a way: means over the seeds in per cent; of one seed with its 95% bootstrap interval."""
    for pair in dict.fromkeys(result["pair"] for result in results):
        print(f"\n{pair}\n")
        print("| fine-tuning | old before | old after | change | new before | new after | seconds | runs |")
        print("|---|---|---|---|---|---|---|---|")
        for way in dict.fromkeys(result["way"] for result in results if result["pair"] == pair):
            runs = [r for r in results if (r["pair"], r["way"]) == (pair, way)]
            cells = [
                cell([run[side][key] for run in runs if key in run.get(side, {})])
                for side, key in (
                    ("old", "before"),
                    ("old", "after"),
                    ("old", "change"),
                    ("new", "before"),
                    ("new", "after"),
                )
            ]
            seconds = statistics.median(run["seconds"] for run in runs)
            print(f"| {way} | {' | '.join(cells)} | {seconds:.0f} | {len(runs)} |")


def cell(values: list[list[float]]) -> str:
    """The mean of the values in per cent, of one value with its bounds."""
    if not values:
        return ""
    if len(values) == 1:
        value, low, high = (100 * number for number in values[0])
        return f"{value:.1f} ({low:.1f} to {high:.1f})"
    return f"{100 * statistics.mean(value for value, _, _ in values):.1f}"


if __name__ == "__main__":
    main()
