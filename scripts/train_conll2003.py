"""CoNLL-2003 to the best entities a window finds: `python scripts/train_conll2003.py --work DIR`.

Networks with windows of nine words and a memory of the document, from models/pretrained-en, one a seed; each is scored
on eng.testa, and so is their vote. The corpus may be used for research only: nothing of this is passed on. Each step
is a `tagger` command that is printed before it runs; a network that is there is not trained again. The corpora are
looked for in the folder TAGGER_DATA (default: ../shared/data beside the repository).
"""

import argparse
import os
import shlex
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from train_english import PRETRAINED, tagger, train  # noqa: E402

PREP = """prep conll2003 --train data/conll2003/eng.train --dev data/conll2003/eng.testa
--columns word,pos,chunk,ner"""
SETTINGS = """
[tasks.pos]
[tasks.ner]
objective = "sentence"
[network]
window = 9
[features.word]
dim = 100
[features.memory]
task = "ner"
[data]
folder = "conll2003"
[transfer]
model = "pretrained-en"
[training]
bfloat16 = true
patience = 0
calibrate = false
"""


def main() -> None:
    """Train the networks that are not there yet, then score."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for what comes between")
    parser.add_argument("--jobs", type=int, default=2, help="networks trained at a time")
    parser.add_argument("--seeds", default="1,2,3", metavar="N,N", help="a network each")
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
    seeds = map(int, arguments.seeds.split(","))
    with ThreadPoolExecutor(arguments.jobs) as pool:
        networks = list(pool.map(lambda seed: train(work, f"memory-{seed}", SETTINGS, seed), seeds))
    for models in [*([one] for one in networks), networks]:
        votes = [part for model in models[1:] for part in ("-m", model)]
        tagger(work, "", "eval", models[0], "conll2003", *votes, "--task", "ner")


if __name__ == "__main__":
    main()
