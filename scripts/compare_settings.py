"""The table of the README: each value of each setting of the notes, trained for one small budget on two corpora.

    python scripts/compare_settings.py RESULTS.jsonl                   trains what RESULTS.jsonl does not hold yet
    python scripts/compare_settings.py RESULTS.jsonl --table           prints the table of what it holds

Every row changes the defaults in one place; each optimizer has the rate that `tagger search` with
`scripts/spaces/rates.toml` found good for it in a like budget (Adam: 0.01, in every other row too). Budget: `--sample`
training sentences of CoNLL-2003 (POS and NER heads) and of EWT (UPOS, XPOS and NER heads), `--epochs` epochs, `--seeds`
seeds; scored on the whole development data with the best epoch's weights. A run that was stopped goes on where it was.
The corpora are looked for in the folder TAGGER_DATA; the rows of preprocessing need vectors that
`scripts/make_vectors.py` wrote (`--vectors`).
"""

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

CORPORA = {"conll2003": ("pos", "ner"), "ewt": ("upos", "xpos", "ner")}
EXPERIMENTS = {"conll2003": "conll2003-scratch", "ewt": "ewt-scratch"}
COLUMNS = {
    "conll2003": {"ner.f1": "CoNLL NER", "pos.accuracy": "CoNLL POS"},
    "ewt": {"ner.f1": "EWT NER", "upos.accuracy": "EWT UPOS", "xpos.accuracy": "EWT XPOS"},
}

RATE = 0.01
"""Adam's best rate in the budget below; the default is for more data and more epochs."""

Row = tuple[str, ...]  # settings as `--set` takes them; TASKS stands for every task
ROWS: dict[str, dict[str, Row]] = {
    "default": {"as is": ()},
    "objective of every head": {
        "word": ("TASKS.objective=word",),
        "sentence": ("TASKS.objective=sentence",),
        "squared-error, rate 0.001": ("TASKS.objective=squared-error", "optimizer.rate=0.001"),
        "tags-margin": ("TASKS.objective=tags-margin",),
    },
    "activation": {
        name: (f"network.activation={name}",)
        for name in ("sigmoid", "tanh", "hard_tanh", "soft_sign", "leaky_relu", "maxout")
    },
    "initialiser": {
        name: (f"network.initialiser={name}",) for name in ("fan_in_normal", "small_normal", "fan_in_uniform")
    },
    "optimizer": {
        "sgd, rate 1": ("optimizer.name=sgd", "optimizer.rate=1"),
        "sgd, fan-in scaling, rate 30": (
            "optimizer.name=sgd",
            "optimizer.fan_in_scaling=true",
            "optimizer.rate=30",
        ),
        "momentum, rate 0.3": ("optimizer.name=momentum", "optimizer.rate=0.3"),
        "nesterov, rate 0.3": ("optimizer.name=nesterov", "optimizer.rate=0.3"),
        "adagrad, rate 0.03": ("optimizer.name=adagrad", "optimizer.rate=0.03"),
        "rmsprop, rate 0.01": ("optimizer.name=rmsprop", "optimizer.rate=0.01"),
        "adam, rate 0.003": ("optimizer.rate=0.003",),
    },
    "schedule": {
        "constant": ("schedule.name=constant",),
        "step, half an epoch": ("schedule.name=step", "schedule.every=1"),
        "exponential, k 0.5": ("schedule.name=exponential", "schedule.k=0.5"),
        "inverse, tau 1": ("schedule.name=inverse", "schedule.tau=1"),
        "plateau, wait 1": ("schedule.name=plateau", "schedule.wait=1"),
        "linear, warm-up of 0.5 epochs": ("schedule.warm_up=0.5",),
    },
    "regularisation": {
        "no dropout": ("network.dropout=0", "network.input_dropout=0"),
        "dropout of inputs only": ("network.dropout=0",),
        "dropout of hidden units only": ("network.input_dropout=0",),
        "l2 1e-4": ("optimizer.l2=1e-4",),
        "l1 1e-5": ("optimizer.l1=1e-5",),
        "max-norm 2": ("optimizer.max_norm=2",),
        "clipping at 1": ("optimizer.clip=1",),
        "batch normalisation": ("network.batch_norm=true",),
        "no hidden words": ("features.word.unknown_rate=0",),
        "no averaging of weights": ("training.averaging=0",),
    },
    "preprocessing of vectors": {
        name: (f"features.word.preprocessing={name}", "features.word.vectors=VECTORS")
        for name in ("none", "center", "standardize", "whiten")
    },
}


@dataclass(frozen=True)
class Job:
    """One training: a row of the table, a corpus, a seed; `settings` as `--set` takes them."""

    group: str
    value: str
    corpus: str
    seed: int
    folder: str  # prepared corpus
    settings: Row

    @property
    def key(self) -> tuple[str, str, str, int]:
        return self.group, self.value, self.corpus, self.seed


def main() -> None:
    """Train what is missing, or print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, help="one JSON object a line, added to")
    parser.add_argument("--table", action="store_true", help="print the table of the results, train nothing")
    parser.add_argument("--sample", type=int, default=2500, help="training sentences")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1, help="trainings side by side, one thread each")
    parser.add_argument("--groups", nargs="*", metavar="GROUP", help="only these groups of rows")
    parser.add_argument("--vectors", type=Path, help="word2vec text file of features.word.dim columns")
    arguments = parser.parse_args()
    if arguments.table:
        print_markdown(read_results(arguments.results))
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as work:
        folders = {corpus: prepare_corpus(corpus, Path(work) / corpus) for corpus in CORPORA}
        done = {result_key(result) for result in read_results(arguments.results)}
        jobs = [job for job in all_jobs(arguments, folders) if job.key not in done]
        context = multiprocessing.get_context("spawn")
        with context.Pool(arguments.workers) as pool, arguments.results.open("a", encoding="utf-8") as file:
            for number, result in enumerate(pool.imap_unordered(train_once, jobs), start=1):
                file.write(f"{json.dumps(result)}\n")
                file.flush()
                print(
                    f"{number} of {len(jobs)}: {result_key(result)} {result.get('scores', result)}",
                    flush=True,
                )


def all_jobs(arguments: argparse.Namespace, folders: dict[str, str]) -> Iterator[Job]:
    """Every training of the table, all rows with one seed before any with the next."""
    budget = (
        f"data.sample={arguments.sample}",
        f"training.epochs={arguments.epochs}",
        "training.patience=0",
        "training.watched_words=0",
        f"optimizer.rate={RATE}",
    )
    for seed in range(1, arguments.seeds + 1):
        for group, rows in ROWS.items():
            if arguments.groups and group not in arguments.groups:
                continue
            for value, row in rows.items():
                if any("VECTORS" in setting for setting in row) and arguments.vectors is None:
                    continue
                for corpus, tasks in CORPORA.items():
                    own = [
                        setting.replace("TASKS", f"tasks.{task}").replace("VECTORS", str(arguments.vectors))
                        for setting in row
                        for task in (tasks if "TASKS" in setting else ("",))
                    ]
                    settings = (*budget, f"training.seed={seed}", *own)
                    yield Job(group, value, corpus, seed, folders[corpus], settings)


def prepare_corpus(corpus: str, output: Path) -> str:
    """Write the prepared corpus to `output`, as scripts/reproduce.py prepares it."""
    from reproduce import EXPERIMENTS as RECIPES
    from reproduce import prepare_experiment

    data = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data"))
    prepare_experiment(RECIPES[EXPERIMENTS[corpus]], data, output)
    return str(output)


def train_once(job: Job) -> dict[str, Any]:
    """Train one row; its development scores and seconds, or the error that ended it."""
    from tagger.errors import TaggerError
    from tagger.recipes.train import train
    from tagger.settings_file import load_settings

    spans = [f'tasks.{task}.objective="sentence"' for task in CORPORA[job.corpus] if task == "ner"]
    words = [f'tasks.{task}.objective="word"' for task in CORPORA[job.corpus] if task != "ner"]
    settings = load_settings(None, [f"data.folder={job.folder}", *spans, *words, *job.settings])
    result: dict[str, Any] = {
        "group": job.group,
        "value": job.value,
        "corpus": job.corpus,
        "seed": job.seed,
        "settings": job.settings,
    }
    begun = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory() as folder:
            report = train(settings, Path(folder) / "model")
    except TaggerError as error:
        return {**result, "error": str(error)}
    return {
        **result,
        "scores": report.scores,
        "seconds": report.seconds,
        "total_seconds": time.perf_counter() - begun,
    }


def read_results(path: Path) -> list[dict[str, Any]]:
    """The results so far."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def result_key(result: dict[str, Any]) -> tuple[str, str, str, int]:
    """What a result is of."""
    return result["group"], result["value"], result["corpus"], result["seed"]


def print_markdown(results: list[dict[str, Any]]) -> None:
    """One row a setting: mean and standard deviation over the seeds of each score, median seconds of a training."""
    titles = [title for corpus in CORPORA for title in COLUMNS[corpus].values()]
    print("| setting | value | " + " | ".join(titles) + " | seconds | runs |")
    print("|---|---|" + "---|" * len(titles) + "---|---|")
    for group, rows in ROWS.items():
        for value in rows:
            own = [r for r in results if (r["group"], r["value"]) == (group, value)]
            if not own:
                continue
            cells = [
                summarize([r["scores"][name] for r in own if r["corpus"] == corpus and "scores" in r])
                for corpus in CORPORA
                for name in COLUMNS[corpus]
            ]
            seconds = "/".join(median_seconds(own, corpus) for corpus in CORPORA)
            failed = sum("error" in r for r in own)
            runs = f"{len(own)}" + (f", {failed} failed" if failed else "")
            print(f"| {group} | {value} | " + " | ".join(cells) + f" | {seconds} | {runs} |")


def median_seconds(results: list[dict[str, Any]], corpus: str) -> str:
    """The median time of the trainings on one corpus."""
    seconds = [r["seconds"] for r in results if r["corpus"] == corpus and "seconds" in r]
    return f"{statistics.median(seconds):.0f}" if seconds else "-"


def summarize(scores: list[float]) -> str:
    """Mean and sample standard deviation in per cent."""
    if not scores:
        return "-"
    mean = 100 * statistics.mean(scores)
    return f"{mean:.2f} ± {100 * statistics.stdev(scores):.2f}" if len(scores) > 1 else f"{mean:.2f}"


if __name__ == "__main__":
    main()
