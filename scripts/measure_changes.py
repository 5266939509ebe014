"""What a wider window, more features or other ways of training are worth: development scores, speed and size of each.

    python scripts/measure_changes.py MODELS --from MODEL       trains what the folder MODELS does not hold yet
    python scripts/measure_changes.py MODELS --table            prints the table of what it holds

Every row is the first one, "window 9", with one change; all start from the pretrained MODEL and learn for twelve
epochs, the best epoch of the development data counts. `--seeds` seeds each, on EWT (UPOS, XPOS, NER) and CoNLL-2003
(POS, NER). Speed: the development sentences from ready tokens to tags of all heads on one core, as a share of the
first row's, by turns with it, median of seven. Size: the weights as 32 bits. `--add NAME SETTING;SETTING` is a further
row, such as `--add skip-gram 'features.static.sg.dim=100;features.static.sg.vectors="sg100.txt"'`. A model a run, in
MODELS/CORPUS/NAME/SEED: what was stopped goes on where it was. The corpora are looked for in the folder TAGGER_DATA
(default: ../shared/data beside the repository).
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from measure_transfer import prepare, spread, tasks_of  # noqa: E402

COLUMNS = {
    "ewt": {"upos.accuracy": "EWT UPOS", "xpos.accuracy": "EWT XPOS", "ner.f1": "EWT NER"},
    "conll2003": {"pos.accuracy": "CoNLL POS", "ner.f1": "CoNLL NER"},
}
BASE = "window 9"
COMMON = ("features.word.dim=100", "network.window=9", "training.bfloat16=true", "training.patience=0")
CHANGES: dict[str, tuple[str, ...]] = {
    BASE: (),
    "window 5": ("network.window=5",),
    "window 7": ("network.window=7",),
    "window 11": ("network.window=11",),
    "two hidden layers": ("network.hidden=[300, 300]",),
    "no characters": ("features.characters.filters=0",),
    "no averaging of weights": ("training.averaging=0",),
    "products of 32 bits": ("training.bfloat16=false",),
    "other cases and typos": (
        "augmentation.lowercase_rate=0.1",
        "augmentation.uppercase_rate=0.05",
        "augmentation.titlecase_rate=0.05",
        "augmentation.typo_rate=0.05",
    ),
    "memory of the document": ('features.memory.task="ner"',),
}
ROUNDS = 7


def main() -> None:
    """Train what is missing, or print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=Path, help="folder of the models")
    parser.add_argument("--from", dest="start", type=Path, help="pretrained model folder")
    parser.add_argument("--table", action="store_true", help="print what the folder holds, train nothing")
    parser.add_argument("--corpora", default=",".join(COLUMNS), metavar="NAME,NAME")
    parser.add_argument("--changes", metavar="NAME,NAME", help="these rows only")
    parser.add_argument("--add", nargs=2, action="append", default=[], metavar=("NAME", "SETTING;SETTING"))
    parser.add_argument("--seeds", default="1,2,3", metavar="N,N")
    arguments = parser.parse_args()
    if arguments.table:
        print_table(arguments.models)
        return
    if arguments.start is None:
        parser.error("name the pretrained model with --from")
    changes = {**CHANGES, **{name: tuple(settings.split(";")) for name, settings in arguments.add}}
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # as `tagger train` does
    for seed in arguments.seeds.split(","):
        for corpus in arguments.corpora.split(","):
            for name in arguments.changes.split(",") if arguments.changes else changes:
                settings = [*COMMON, *changes[name], f"training.seed={seed}"]
                train_run(arguments.models, corpus, name, int(seed), arguments.start, settings)


def train_run(models: Path, corpus: str, name: str, seed: int, start: Path, settings: list[str]) -> None:
    """Train one network, unless it is there."""
    from tagger.recipes.train import train
    from tagger.settings_file import dump_settings, load_settings, parse_settings

    folder = models / corpus / name / str(seed)
    if (folder / "metrics.json").is_file():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    tasks = {task: {"objective": "sentence"} if task == "ner" else {} for task in tasks_of(corpus)}
    values = {
        "tasks": tasks,
        "data": {"folder": str(prepared(corpus, models).resolve())},
        "transfer": {"model": str(start.resolve()), "layers": ["lookup", "trunk"]},
        "training": {"calibrate": False},
    }
    file = folder.with_suffix(".toml")
    file.write_text(dump_settings(parse_settings(values)), "utf-8")
    report = train(load_settings(file, settings), folder, force=True)
    print(json.dumps({"corpus": corpus, "name": name, "seed": seed, **report.scores}), flush=True)


def prepared(corpus: str, models: Path) -> Path:
    """The corpus as `tagger prep` writes it, beside the models."""
    (models / "prepared").mkdir(parents=True, exist_ok=True)
    return prepare(corpus, models / "prepared")


def print_table(models: Path) -> None:
    """A row a change: mean and standard deviation (n - 1) of the scores over the seeds; speed and size."""
    titles = [title for columns in COLUMNS.values() for title in columns.values()]
    print("| change | " + " | ".join(titles) + " | runs | speed | MB |")
    print("|---" * (len(titles) + 4) + "|")
    names = {
        folder.name for corpus in COLUMNS for folder in (models / corpus).glob("*/") if any(folder.glob("*/"))
    }
    for name in [*(name for name in CHANGES if name in names), *sorted(names - set(CHANGES))]:
        cells, runs = [], 0
        for corpus, columns in COLUMNS.items():
            scores = [
                json.loads((folder / "metrics.json").read_text("utf-8"))["dev"]
                for folder in sorted((models / corpus / name).glob("*/"))
            ]
            runs += len(scores)
            cells += [spread([100 * one[column] for one in scores]) for column in columns]
        speed, size = cost(models, name)
        print(f"| {name} | " + " | ".join(cells) + f" | {runs} | {speed:.2f} | {size:.0f} |", flush=True)


def cost(models: Path, name: str) -> tuple[float, float]:
    """Tokens a second as a share of the first row's, and megabytes of weights; of the first run there is."""
    corpus, folder = next(
        (corpus, folder) for corpus in COLUMNS for folder in sorted((models / corpus / name).glob("*/"))
    )
    base = next(iter(sorted((models / corpus / BASE).glob("*/"))))
    times = seconds_of(base, folder, data=prepared(corpus, models))
    return times[0] / times[1], (folder / "weights.safetensors").stat().st_size / 1e6


def seconds_of(*folders: Path, data: Path) -> list[float]:
    """Median seconds in which each model tags the development sentences, by turns, forms known."""
    import tagger
    from tagger.text.memory import document_runs
    from tagger.text.prepared import read_prepared

    dev = read_prepared(str(data)).splits["dev"]
    sentences, documents = [sentence.tokens for sentence in dev], list(document_runs(dev))
    taggers = [tagger.load(folder) for folder in folders]
    found: list[list[float]] = [[] for _ in folders]
    for turn in range(ROUNDS + 1):  # the first fills the tables of forms
        pairs = list(zip(taggers, found, strict=True))
        for one, times in pairs if turn % 2 else reversed(pairs):
            begun = time.perf_counter()
            for _ in one.tag_sentences(sentences, documents=documents):
                pass
            if turn:
                times.append(time.perf_counter() - begun)
    return [statistics.median(times) for times in found]


if __name__ == "__main__":
    main()
