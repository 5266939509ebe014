"""The learning curve of transfer: little and much training data, random and pretrained first weights, on two corpora.

    python scripts/measure_transfer.py RESULTS.jsonl --model MODEL       trains what RESULTS.jsonl does not hold yet
    python scripts/measure_transfer.py RESULTS.jsonl --table             prints the table of what it holds

CoNLL-2003 (heads POS and NER) and EWT (UPOS, XPOS, NER); `--shares` per cent of the training sentences, `--seeds`
seeds. Each row starts from the same network: "random" from random weights, "vectors" with the word vectors of
MODEL, "layers" with its hidden layer too. `--set` changes the settings of every row. Scored on the whole
development data with the best epoch's weights. A run that was stopped goes on where it was.
The corpora are looked for in the folder TAGGER_DATA (default: ../shared/data beside the repository).
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

EXPERIMENTS = {"conll2003": "conll2003-pos-ner", "ewt": "ewt-scratch"}
COLUMNS = {
    "conll2003": {"ner.f1": "CoNLL NER", "pos.accuracy": "CoNLL POS"},
    "ewt": {"ner.f1": "EWT NER", "upos.accuracy": "EWT UPOS", "xpos.accuracy": "EWT XPOS"},
}
STARTS: dict[str, tuple[str, ...]] = {
    "random": (),
    "vectors": ('transfer.layers=["lookup"]',),
    "layers": ('transfer.layers=["lookup", "trunk"]',),
}
BUDGETS = {1: (20, 50), 10: (15, 200), 100: (12, 1000)}
"""Per cent of the sentences -> epochs and words a batch: little data needs more epochs of smaller batches."""


def main() -> None:
    """Train what is missing, or print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, help="a line of JSON a run")
    parser.add_argument("--model", type=Path, help="pretrained model folder")
    parser.add_argument("--table", action="store_true", help="print what the results hold, train nothing")
    parser.add_argument("--corpora", default=",".join(COLUMNS))
    parser.add_argument("--starts", default=",".join(STARTS))
    parser.add_argument("--shares", default="1,10,100", metavar="N,N", help="per cent of the sentences")
    parser.add_argument("--seeds", default="1,2,3", metavar="N,N")
    parser.add_argument("--name", default="", help="kept with each run, to tell pretrained models apart")
    parser.add_argument("--set", dest="overrides", action="append", default=[], metavar="section.key=value")
    arguments = parser.parse_args()
    if not arguments.table:
        if arguments.model is None and arguments.starts != "random":
            parser.error("name the pretrained model with --model")
        train_missing(arguments)
    print_table(read_results(arguments.results))


def read_results(path: Path) -> list[dict[str, Any]]:
    """The runs that the file holds."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def train_missing(arguments: argparse.Namespace) -> None:
    """Train every run that the results lack, the cheap ones first."""
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # as `tagger train` does
    done = [run_key(result) for result in read_results(arguments.results)]
    with tempfile.TemporaryDirectory() as work:
        for run in wanted(arguments):
            if run_key(run) in done:
                continue
            result = {**run, **train_run(run, arguments.model, Path(work), arguments.overrides)}
            print(json.dumps(result), file=sys.stderr, flush=True)
            with arguments.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(result) + "\n")


def run_key(run: dict[str, Any]) -> tuple[Any, ...]:
    """What tells one run from another."""
    return tuple(run[key] for key in ("corpus", "start", "share", "seed", "name"))


def wanted(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Every run that the command line asks for."""
    shares, seeds = (map(int, text.split(",")) for text in (arguments.shares, arguments.seeds))
    corpora, starts = arguments.corpora.split(","), arguments.starts.split(",")
    each_seed = list(seeds)
    for share in shares:
        for corpus in corpora:
            for start in starts:
                name = arguments.name if start != "random" else ""
                for seed in each_seed:
                    yield {"corpus": corpus, "start": start, "share": share, "seed": seed, "name": name}


def train_run(
    run: dict[str, Any], model: Path | None, work: Path, overrides: Sequence[str]
) -> dict[str, float]:
    """Train one run: development scores, and the seconds of training."""
    from tagger.recipes.train import train
    from tagger.settings_file import dump_settings, load_settings, parse_settings
    from tagger.text.prepared import read_prepared

    prepared = prepare(run["corpus"], work)
    epochs, batch_words = BUDGETS[run["share"]]
    sentences = len(read_prepared(str(prepared)).splits["train"])
    tasks = {name: {"objective": "sentence"} if name == "ner" else {} for name in tasks_of(run["corpus"])}
    file = work / "settings.toml"
    file.write_text(
        dump_settings(parse_settings({"tasks": tasks, "data": {"folder": str(prepared)}})), "utf-8"
    )
    settings = [
        "features.word.dim=100",
        f"training.seed={run['seed']}",
        f"training.epochs={epochs}",
        f"training.batch_words={batch_words}",
        "training.patience=0",
        f"data.sample={0 if run['share'] == 100 else sentences * run['share'] // 100}",
        *STARTS[run["start"]],
    ]
    if run["start"] != "random":
        settings.append(f"transfer.model={json.dumps(str(model))}")
    begun = time.perf_counter()
    report = train(load_settings(file, [*settings, *overrides]), work / "model", force=True)
    return {**report.scores, "seconds": round(time.perf_counter() - begun, 1)}


def tasks_of(corpus: str) -> tuple[str, ...]:
    """The heads of a corpus."""
    return tuple(score.partition(".")[0] for score in reversed(COLUMNS[corpus]))


def prepare(corpus: str, work: Path) -> Path:
    """The corpus as `tagger prep` writes it, once."""
    from reproduce import EXPERIMENTS as KNOWN
    from reproduce import prepare_experiment

    folder = work / corpus
    if not folder.is_dir():
        data = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data"))
        prepare_experiment(KNOWN[EXPERIMENTS[corpus]], data, folder)
    return folder


def print_table(results: list[dict[str, Any]]) -> None:
    """A row a share and start: mean and standard deviation (n - 1) over the seeds, in per cent."""
    titles = [title for columns in COLUMNS.values() for title in columns.values()]
    print("| training data | first weights | " + " | ".join(titles) + " | runs |")
    print("|---" * (len(titles) + 3) + "|")
    for share, start, name in dict.fromkeys((r["share"], r["start"], r["name"]) for r in results):
        runs = [r for r in results if (r["share"], r["start"], r["name"]) == (share, start, name)]
        cells = []
        for corpus, columns in COLUMNS.items():
            own = [r for r in runs if r["corpus"] == corpus]
            cells += [spread([100 * r[score] for r in own]) for score in columns]
        label = f"{start}, {name}" if name else start
        print(f"| {share}% | {label} | " + " | ".join(cells) + f" | {len(runs)} |")


def spread(values: list[float]) -> str:
    """Mean and standard deviation, the latter of two values or more."""
    if not values:
        return ""
    deviation = f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.2f}{deviation}"


if __name__ == "__main__":
    main()
