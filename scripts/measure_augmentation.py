"""What each augmentation of the training data does for names in another case: `python scripts/measure_augmentation.py`.

Trains CoNLL-2003 NER (eng.train) without and with each augmentation, one run a seed, and scores eng.testa as it is, in
lower case and in upper case; prints entity F1, mean and standard deviation over the seeds. The best epoch is chosen on
eng.testa as it is. `--sample`, `--epochs` and `--rate` set the budget; `--results FILE` appends a line of JSON a run
and leaves out the runs that FILE holds, so a run that was stopped goes on; `--keep DIR` leaves the models there.
The corpora are looked for in the folder TAGGER_DATA (default: ../shared/data beside the repository).
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

ROWS: dict[str, tuple[str, ...]] = {  # settings as `--set` takes them
    "none": (),
    "lower case 0.25": ("augmentation.lowercase_rate=0.25",),
    "upper case 0.25": ("augmentation.uppercase_rate=0.25",),
    "both cases 0.2": ("augmentation.lowercase_rate=0.2", "augmentation.uppercase_rate=0.2"),
    "rare words 0.5": ("augmentation.rare_rate=0.5",),
    "rare words 0.5 alone": ("augmentation.rare_rate=0.5", "features.word.unknown_rate=0"),
    "swaps 0.2": ("augmentation.swap_rate=0.2",),
    "swaps 0.5": ("augmentation.swap_rate=0.5",),
    "both cases 0.2, swaps 0.2": (
        "augmentation.lowercase_rate=0.2",
        "augmentation.uppercase_rate=0.2",
        "augmentation.swap_rate=0.2",
    ),
}
CASES: dict[str, Callable[[str], str]] = {"as is": str, "lower case": str.lower, "upper case": str.upper}
"""How testa is written when it is scored."""


def main() -> None:
    """Train and score what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", default="1,2,3", metavar="N,N", help="seeds of the training")
    parser.add_argument("--sample", type=int, default=0, help="training sentences; 0: all")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--rate", type=float, default=0.003, help="learning rate, larger for small budgets")
    parser.add_argument("--rows", default="", metavar="ROW;ROW", help=f"of {'; '.join(ROWS)}")
    parser.add_argument("--results", type=Path, metavar="FILE", help="a line of JSON a run")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the models in this folder")
    arguments = parser.parse_args()
    rows = [row.strip() for row in arguments.rows.split(";")] if arguments.rows else list(ROWS)
    for row in rows:
        if row not in ROWS:
            parser.error(f"expected rows among {'; '.join(ROWS)}, found {row!r}")
    data = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data")) / "conll2003"
    if not (data / "eng.train").is_file():
        missing = data / "eng.train"
        sys.exit(f"error: expected {missing}, found none. Set TAGGER_DATA to the folder of corpora.")
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # as `tagger train` does
    budget = {"sample": arguments.sample, "epochs": arguments.epochs, "rate": arguments.rate}
    results = read_results(arguments.results, budget)
    with tempfile.TemporaryDirectory() as work:
        prepared = prepare(data, Path(work) / "prepared")
        for seed in map(int, arguments.seeds.split(",")):
            for row in rows:
                if any((result["row"], result["seed"]) == (row, seed) for result in results):
                    continue
                folder = (arguments.keep or Path(work)) / f"{row.replace(' ', '-').replace(',', '')}-{seed}"
                result = {"row": row, "seed": seed, **budget, **run(row, seed, prepared, folder, **budget)}
                results.append(result)
                print(json.dumps(result), file=sys.stderr, flush=True)
                if arguments.results:
                    with arguments.results.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(result) + "\n")
    print_table([result for result in results if result["row"] in rows], budget)


def read_results(path: Path | None, budget: dict[str, float]) -> list[dict[str, Any]]:
    """The runs of this budget that the file holds."""
    if path is None or not path.is_file():
        return []
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if all(line[key] == value for key, value in budget.items())]


def prepare(data: Path, folder: Path) -> Path:
    """CoNLL-2003 as `tagger prep` writes it."""
    from tagger.recipes.prep import PrepOptions
    from tagger.recipes.prep import prepare as prep

    columns = ("word", "pos", "chunk", "ner")
    train, dev = (str(data / name) for name in ("eng.train", "eng.testa"))
    prep(PrepOptions(output=folder, train=(train,), dev=(dev,), columns=columns))
    return folder


def run(
    row: str, seed: int, prepared: Path, folder: Path, *, sample: int, epochs: int, rate: float
) -> dict[str, float | int]:
    """Train one row with one seed: entity F1 of testa in each case, the best epoch and the seconds of training."""
    from tagger.recipes.train import train
    from tagger.settings_file import dump_settings, load_settings, parse_settings

    file = prepared.parent / "settings.toml"
    values = {"tasks": {"ner": {"objective": "sentence"}}, "data": {"folder": str(prepared)}}
    file.write_text(dump_settings(parse_settings(values)), encoding="utf-8")
    budget = [
        f"training.seed={seed}",
        f"training.epochs={epochs}",
        f"data.sample={sample}",
        f"optimizer.rate={rate}",
    ]
    begun = time.perf_counter()
    report = train(load_settings(file, [*budget, *ROWS[row]]), folder, force=True)
    seconds = round(time.perf_counter() - begun, 1)
    return {**scores(folder, prepared), "best_epoch": report.best_epoch, "seconds": seconds}


def scores(model: Path, prepared: Path) -> dict[str, float]:
    """Entity F1 (conlleval) of the development sentences in each case."""
    import tagger
    from tagger.evaluation.scores import score_task
    from tagger.text.prepared import read_prepared
    from tagger.text.schemes import convert

    gold, nlp = read_prepared(str(prepared)), tagger.load(model)
    sentences, scheme = gold.splits["dev"], nlp.scheme("ner")
    tags = [convert(s.tags["ner"], gold.schemes["ner"], scheme) for s in sentences]
    found = {}
    for name, change in CASES.items():
        tokens = [[change(token) for token in sentence.tokens] for sentence in sentences]
        predicted = [sentence.tags["ner"] for sentence in nlp.tag_sentences(tokens)]
        result = score_task("ner", tags, predicted, tokens, scheme=scheme, known_forms=(), strict=False)
        found[name] = result.main[1]
    return found


def print_table(results: list[dict[str, Any]], budget: dict[str, float]) -> None:
    """A line a row: mean and standard deviation (n - 1) of each score in per cent, and the mean seconds."""
    sample = f"{budget['sample']:,} sentences" if budget["sample"] else "all sentences"
    limits = f"{sample}, at most {budget['epochs']} epochs, rate {budget['rate']:g}"
    print(f"CoNLL-2003 NER, eng.train ({limits}) -> eng.testa, entity F1")
    print(f"{'augmentation':<28}" + "".join(f"{name:>16}" for name in CASES) + f"{'seeds':>7}{'seconds':>9}")
    for row in dict.fromkeys(result["row"] for result in results):
        runs = [result for result in results if result["row"] == row]
        cells = [spread([100 * result[name] for result in runs]) for name in CASES]
        seconds = statistics.mean(result["seconds"] for result in runs)
        print(f"{row:<28}" + "".join(f"{cell:>16}" for cell in cells) + f"{len(runs):>7}{seconds:>9.0f}")


def spread(values: list[float]) -> str:
    """Mean and standard deviation, the latter of two values or more."""
    deviation = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.2f}{deviation}"


if __name__ == "__main__":
    main()
