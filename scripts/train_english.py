"""EWT, WNUT-17 and text of Wikipedia to the default model: `python scripts/train_english.py [OUTPUT] --work DIR`.

1. First networks, from models/pretrained-en, on EWT with its entity layer: four with the entities of WNUT-17 as a
   further task, one without, one with static vectors of a sentence transformer beside its own.
2. Every so many-th paragraph of the Wikipedia text is tagged by several networks together.
3. A student learns from those tags and those of EWT.
4. The last network learns from EWT alone, starting from the student, some sentences in other cases and with typos.
5. Steps 2 to 4 again with other paragraphs, tagged by the last network and three of the first; the student starts from
   the one before. Of four last networks, a seed each, the best on the development data of EWT is kept.
6. It is written with 16 bits a number, as many words as fit, and a model card.

Each step is a `tagger` command that is printed before it runs; a step whose output is there is left out, so that a run
that was stopped goes on. Three quarters of an hour on two cores; `--jobs` programs at a time. `--vectors` names the
file that `scripts/make_sentence_vectors.py` makes of all-MiniLM-L6-v2 (Apache-2.0), 64 numbers a word. The corpora are
looked for in the folder TAGGER_DATA (default: ../shared/data beside the repository).
"""

import argparse
import json
import lzma
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRETRAINED = ROOT / "models" / "pretrained-en"
SEEDS = (1, 2, 3, 4)
EVERY = 20
"""One paragraph in so many is tagged: about 3.4 million tokens."""
OFFSETS = (0, 10)
"""Which of so many, in each round."""
SHORTEST = 80
"""Characters of a paragraph worth tagging."""
WORDS = 165_000
"""Words of the model that is passed on."""
PRIVATE = r"@|(?=.*[1-9])(?:\d[-.()]*){7}"
"""Forms that it shall not hold: e-mail addresses, and seven digits or more in a row."""
COLUMNS = ("upos", "xpos", "ner")

PREP = """prep ewt --train data/ewt/en_ewt-ud-train.conllu --join-train data/ewt/en_ewt-ud-train.iob2
--dev data/ewt/en_ewt-ud-dev.conllu --join-dev data/ewt/en_ewt-ud-dev.iob2 --map ner:OTH=O --map ner:B-O=O"""
TASKS = """
[tasks.upos]
[tasks.xpos]
[tasks.ner]
objective = "sentence"
[network]
window = 9
"""
WORD = """
[features.word]
dim = 100
"""
FIRST = f"""{TASKS}{WORD}
[data]
folder = "ewt"
[transfer]
model = "pretrained-en"
[training]
bfloat16 = true
patience = 0
calibrate = false
"""
WNUT = """
[tasks.wnut]
column = "ner"
objective = "sentence"
weight = 0.5
[tasks.wnut.data]
train = ["data/wnut17/wnut17train.conll"]
columns = ["word", "ner"]
"""
STATIC = """
[features.static.minilm]
dim = 64
vectors = "minilm.txt"
"""
STUDENT = f"""{TASKS}
[data]
train = ["ewt.train.conll", "SILVER.conll"]
dev = ["ewt.dev.conll"]
columns = ["word", "upos", "xpos", "ner"]
[features.word]
dim = 100
min_count = 2
[transfer]
model = "START"
layers = LAYERS
[optimizer]
sparse_rows = 30000
[training]
epochs = 2
batch_words = 2000
bfloat16 = true
patience = 0
calibrate = false
watched_words = 0
"""
LAST = f"""{TASKS}{WORD}
[data]
folder = "ewt"
[transfer]
model = "START"
layers = ["lookup", "trunk", "heads"]
[optimizer]
rate = 0.002
[augmentation]
lowercase_rate = 0.05
uppercase_rate = 0.03
titlecase_rate = 0.03
typo_rate = 0.03
[training]
epochs = 8
bfloat16 = true
patience = 0
"""
CARD = """
## Where it comes from

- English Web Treebank of Universal Dependencies 2.9 and the Universal NER layer on it, CC BY-SA 4.0: tags and entities.
- WNUT-17, CC BY 4.0: a further task of the first networks.
- Text of the English Wikipedia of 2014, CC BY-SA 3.0, by its authors: word vectors (`models/pretrained-en`), and twice
  3.4 million tokens tagged by networks that voted.
- all-MiniLM-L6-v2, Apache-2.0: its vectors of single words were a feature of one of these networks.

The model holds none of these texts, but their words stand in its lists; e-mail addresses and telephone numbers were
left out. It is passed on under CC BY-SA 4.0
(https://creativecommons.org/licenses/by-sa/4.0/). `python scripts/train_english.py --work DIR` makes it again.

Entities are people, places and organisations (PER, LOC, ORG) as the layer on EWT marks them.

## Scores, with 95% intervals

Development data of EWT, gold tokens, documents resampled; test data were not looked at.

{scores}

This is the best of four networks, a seed each, on these data: {seeds}.

## What it is bad at

Text that is not clean, from raw text on (`python scripts/measure_robustness.py models/en`):

{noise}

Organisations: most of those in a text never stood in the training data; the table above says how many are found. The
data are American web text of 2001 to 2011 (reviews, mail, forums, blogs, answers); what they and Wikipedia say of
people, places and groups, the model has learnt too. It sees four words to either side and nothing of the document.
"""


def main() -> None:
    """Run the steps that are not done yet."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=Path, nargs="?", default=ROOT / "models" / "en")
    parser.add_argument("--work", type=Path, required=True, help="folder for what comes between")
    parser.add_argument("--vectors", type=Path, help="static vectors of the sentence transformer")
    parser.add_argument("--jobs", type=int, default=2, help="teachers trained at a time")
    arguments = parser.parse_args()
    data = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data")).resolve()
    if not (data / "ewt").is_dir():
        sys.exit(
            f"error: expected the folder {data / 'ewt'}, found none. Set TAGGER_DATA to the folder of corpora."
        )
    if arguments.output.exists():
        sys.exit(f"error: {arguments.output} is there already. Move it away, or name another folder.")
    work, output = arguments.work.resolve(), arguments.output.resolve()
    work.mkdir(parents=True, exist_ok=True)
    for name, target in (("data", data), ("pretrained-en", PRETRAINED)):  # the same names on every machine
        if not (work / name).is_symlink():
            (work / name).symlink_to(target)
    if not (work / "static").is_dir():
        if arguments.vectors is None:
            sys.exit("error: name the file of scripts/make_sentence_vectors.py with --vectors.")
        shutil.copyfile(arguments.vectors, work / "minilm.txt")
    make(work, output, jobs=arguments.jobs)


def make(work: Path, output: Path, *, jobs: int) -> None:
    """All steps in order."""
    tagger(work, "ewt", *shlex.split(PREP))
    write_columns(work, "ewt", COLUMNS)
    first = {f"wnut-{seed}": (FIRST + WNUT, seed) for seed in SEEDS}
    others = {"plain": (FIRST, 1), "static": (FIRST + STATIC, 1)}
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda item: train(work, item[0], *item[1]), {**first, **others}.items()))
    voters, start, layers = list(first), "pretrained-en", '["lookup", "trunk"]'
    last: list[str] = []
    for number, offset in enumerate(OFFSETS, 1):
        tag_paragraphs(work, f"silver-{number}", offset, voters, jobs=jobs)
        settings = STUDENT.replace("SILVER", f"silver-{number}").replace("START", start)
        start = train(work, f"student-{number}", settings.replace("LAYERS", layers), 1)
        ends, seeds = LAST.replace("START", start), SEEDS if number == len(OFFSETS) else SEEDS[:1]
        with ThreadPoolExecutor(jobs) as pool:
            names = [f"last-{number}-{seed}" for seed in seeds]
            last = list(pool.map(lambda name, seed, ends=ends: train(work, name, ends, seed), names, seeds))
        voters, layers = [last[0], *others, "wnut-1"], '["lookup", "trunk", "heads"]'
    finish(work, max(last, key=lambda name: score(work / name)), output)


def score(model: Path) -> float:
    """The mean of the scores on development data."""
    return float(json.loads((model / "metrics.json").read_text("utf-8"))["score"])


def tag_paragraphs(work: Path, name: str, offset: int, voters: Sequence[str], *, jobs: int) -> None:
    """The vote of several networks on every EVERY-th paragraph, as the column file `name`."""
    text = work / f"{name}.txt"
    if not text.exists():
        files = sorted((work / "data" / "text").glob("*.xz"))
        text.write_text("".join(paragraphs(files, offset)), encoding="utf-8")
    votes = [part for voter in voters for part in ("-m", voter)]
    tasks = [part for column in COLUMNS for part in ("-t", column)]
    options = ["--format", "columns", "--line-breaks", "paragraph", "--workers", str(jobs)]
    tagger(work, f"{name}.conll", "tag", text.name, "-o", f"{name}.conll", *votes, *tasks, *options)


def tagger(work: Path, result: str, *arguments: str) -> None:
    """Run a `tagger` command in `work` unless its `result` is there; one without a result always."""
    if result and (work / result).exists():
        return
    print("$", shlex.join(["tagger", *arguments]), flush=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-m", "tagger", *arguments], cwd=work, env=environment, check=True)


def train(work: Path, name: str, settings: str, seed: int) -> str:
    """Train the network `name` in `work`; its name."""
    (work / f"{name}.toml").write_text(settings, encoding="utf-8")
    tagger(work, name, "train", f"{name}.toml", "-o", name, "--set", f"training.seed={seed}", "--quiet")
    return name


def write_columns(work: Path, corpus: str, columns: Sequence[str]) -> None:
    """The prepared `corpus` as column files, which stand beside the tagged text."""
    from tagger.text.prepared import read_prepared

    for split, sentences in read_prepared(str(work / corpus)).splits.items():
        with (work / f"{corpus}.{split}.conll").open("w", encoding="utf-8") as file:
            for sentence in sentences:
                rows = zip(sentence.tokens, *(sentence.tags[column] for column in columns), strict=True)
                file.writelines("\t".join(row).replace(" ", "_") + "\n" for row in rows)
                file.write("\n")


def paragraphs(files: Sequence[Path], offset: int) -> Iterator[str]:
    """Every EVERY-th paragraph that is long enough, counted from `offset` on."""
    number = 0
    for path in files:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                if len(line) >= SHORTEST:
                    number += 1
                    if number % EVERY == offset:
                        yield line


def finish(work: Path, last: str, output: Path) -> None:
    """The network `last` made small, with its card."""
    from tagger.recipes.smaller import write_smaller

    small = work / "en"
    private = re.compile(PRIVATE).search
    write_smaller(work / last, small, words=WORDS, private=lambda form: bool(private(form)), force=True)
    card = small / "README.md"
    own = card.read_text("utf-8").replace(f"# {last}\n", "# en\n").replace(f"-m {last}", "-m models/en")
    card.write_text(
        own
        + CARD.format(
            scores=score_tables(small, work / "ewt"), seeds=spread_of(work, last), noise=noise_table(work)
        ),
        "utf-8",
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    small.rename(output)
    print(output)


def score_tables(model: Path, data: Path) -> str:
    """The main scores with their intervals, and the entities by type."""
    from tagger.recipes.evaluate import evaluate
    from tagger.records import TaskScores

    found = evaluate(model, [str(data)])
    lines = ["| task | score | 95% interval |", "|---|---|---|"]
    for task, analysis in found.analyses.items():
        value, low, high = (100 * x for x in (analysis.score.value, analysis.score.low, analysis.score.high))
        lines.append(f"| {task} | {value:.2f} | {low:.2f} to {high:.2f} |")
    lines += ["", "| entities | gold | precision | recall | F1 |", "|---|---|---|---|---|"]
    for scores in (task.scores for task in found.tasks):
        for kind, counts in scores.conlleval.items() if isinstance(scores, TaskScores) else ():
            shares = (100 * x for x in (counts.precision, counts.recall, counts.f1))
            lines.append(f"| {kind} | {counts.gold} | {' | '.join(f'{share:.2f}' for share in shares)} |")
    return "\n".join(lines)


def spread_of(work: Path, last: str) -> str:
    """The scores of the networks that `last` was chosen from."""
    group = sorted(work.glob(last.rpartition("-")[0] + "-*/metrics.json"))
    found = [json.loads(path.read_text("utf-8"))["dev"] for path in group]
    lists = []
    for task, column in (("UPOS", "upos.accuracy"), ("XPOS", "xpos.accuracy"), ("entities", "ner.f1")):
        lists.append(f"{task} " + ", ".join(f"{100 * scores[column]:.2f}" for scores in found))
    return "; ".join(lists)


def noise_table(work: Path) -> str:
    """What `scripts/measure_robustness.py` prints of the model `en` in `work`, as quoted text."""
    command = [sys.executable, str(ROOT / "scripts" / "measure_robustness.py"), "en"]
    environment = {**os.environ, "TAGGER_DATA": str((work / "data").resolve()), "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(
        command, cwd=work, env=environment, capture_output=True, text=True, check=True
    ).stdout
    return "\n".join(f"    {line}".rstrip() for line in printed.splitlines())


if __name__ == "__main__":
    main()
