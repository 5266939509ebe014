"""CoNLL-2003 and text of Reuters to the best entities a window finds: `python scripts/train_conll2003.py --work DIR`.

1. Teachers, from models/pretrained-en: two networks with a memory of the document, and one without.
2. The articles of Reuters-21578 are tagged by all of them together, document by document.
3. A student, from models/pretrained-en too, learns from those tags and those of CoNLL-2003.
4. From it, networks with a memory learn from CoNLL-2003 alone, one a seed; each is scored, and so is their vote.

The corpora may be used for research only: nothing of this is passed on. Each step is a `tagger` command that is
printed before it runs; a step whose output is there is left out. The corpora are looked for in the folder TAGGER_DATA
(default: ../shared/data beside the repository).
"""

import argparse
import json
import lzma
import os
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from train_english import PRETRAINED, tagger, train, write_columns  # noqa: E402

COLUMNS = ("pos", "ner")
PREP = """prep conll2003 --train data/conll2003/eng.train --dev data/conll2003/eng.testa
--columns word,pos,chunk,ner"""
TASKS = """
[tasks.pos]
[tasks.ner]
objective = "sentence"
[network]
window = 9
[features.word]
dim = 100
"""
PLAIN = f"""{TASKS}
[data]
folder = "conll2003"
[transfer]
model = "pretrained-en"
[training]
bfloat16 = true
patience = 0
calibrate = false
"""
MEMORY = """
[features.memory]
task = "ner"
"""
STUDENT = f"""{TASKS}
min_count = 2
[data]
train = ["conll2003.train.conll", "silver.conll"]
dev = ["conll2003.dev.conll"]
columns = ["word", "pos", "ner"]
[transfer]
model = "pretrained-en"
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
LAST = f"""{TASKS}
[data]
folder = "conll2003"
[transfer]
model = "student"
layers = ["lookup", "trunk", "heads"]
[optimizer]
rate = 0.002
[training]
epochs = 8
bfloat16 = true
patience = 0
{MEMORY}
"""
TEACHERS = {"memory-1": (PLAIN + MEMORY, 1), "memory-2": (PLAIN + MEMORY, 2), "plain-1": (PLAIN, 1)}


def main() -> None:
    """Run the steps that are not done yet, then score."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for what comes between")
    parser.add_argument("--jobs", type=int, default=2, help="networks trained at a time")
    parser.add_argument("--seeds", default="1,2,3", metavar="N,N", help="of the last networks")
    arguments = parser.parse_args()
    data = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data")).resolve()
    if not (data / "conll2003").is_dir():
        found = f"expected the folder {data / 'conll2003'}, found none"
        sys.exit(f"error: {found}. Set TAGGER_DATA to the folder of corpora.")
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    for name, target in (("data", data), ("pretrained-en", PRETRAINED)):  # the same names on every machine
        if not (work / name).is_symlink():
            (work / name).symlink_to(target)
    tagger(work, "conll2003", *shlex.split(PREP))
    write_columns(work, "conll2003", COLUMNS)
    write_articles(data / "reuters" / "reuters21578.txt.xz", work / "reuters.jsonl")
    with ThreadPoolExecutor(arguments.jobs) as pool:
        teachers = list(pool.map(lambda name: train(work, name, *TEACHERS[name]), TEACHERS))
        tag_articles(work, teachers)
        train(work, "student", STUDENT, 1)
        seeds = map(int, arguments.seeds.split(","))
        last = list(pool.map(lambda seed: train(work, f"last-{seed}", LAST, seed), seeds))
    for models in [*([one] for one in last), last]:
        votes = [part for model in models[1:] for part in ("-m", model)]
        tagger(work, "", "eval", models[0], "conll2003", *votes, "--task", "ner")


def write_articles(texts: Path, output: Path) -> None:
    """One article a line as JSON, so that each is a document: a blank line stands between them in `texts`."""
    if output.exists():
        return
    with lzma.open(texts, "rt", encoding="utf-8") as file:
        articles = file.read().split("\n\n")
    lines = (json.dumps({"text": article.strip()}) for article in articles if article.strip())
    output.write_text("\n".join(lines) + "\n", "utf-8")


def tag_articles(work: Path, teachers: list[str]) -> None:
    """The vote of the teachers on the articles, as a column file."""
    votes = [part for teacher in teachers for part in ("-m", teacher)]
    options = ["--format", "columns", "--line-breaks", "paragraph", "-t", "pos", "-t", "ner"]
    tagger(work, "silver.conll", "tag", "reuters.jsonl", "-o", "silver.conll", *votes, *options)


if __name__ == "__main__":
    main()
