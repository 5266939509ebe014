"""Time of a training step on word tables of growing size, sparse against dense: `python scripts/measure_steps.py`.

Runs the training loop itself on a synthetic corpus (word ranks as in natural text, rows spread over the whole table;
widths of the default settings), both kinds of update in turn in the same process on one core, and prints the median
processor time of a step for each table, the ratio of the two, and how each grows with the table. Ends of epochs
(scores, saving), which do read whole tables, are not in it. `--json` prints one JSON object as the last line.
"""

import argparse
import json
import time
from collections.abc import Iterator
from statistics import median

import numpy as np
import torch

from tagger.config import OptimizerSettings, ScheduleSettings
from tagger.network.heads import Head
from tagger.network.lookup import CharacterConvolution, Lookup
from tagger.network.window_network import WindowNetwork, initialise
from tagger.records import Evaluation, Step
from tagger.training.averaging import EVERY, MovingAverage
from tagger.training.batches import EncodedCorpus
from tagger.training.loop import Plan, TrainingState, train_epochs
from tagger.training.optimizers import SPARSE_OPTIMIZERS, build_optimizer

ROWS = (10_000, 100_000, 1_000_000)
BATCH_WORDS, SENTENCE, LABELS = 1000, 20, 45
AFFIXES = 9  # three prefixes, four suffixes, the shape and the capitals, as tables of 1000 rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS, help="rows of the word table")
    parser.add_argument("--optimizer", choices=sorted(SPARSE_OPTIMIZERS), default="adam")
    parser.add_argument(
        "--blocks", type=int, default=5, help=f"blocks of {EVERY} steps, of which the median counts"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # processor time is that of a step only on one core
    print(
        f"{arguments.optimizer}, {BATCH_WORDS} words a step, median of {arguments.blocks} blocks of {EVERY} steps"
    )
    print(f"{'rows':>9}  {'sparse ms':>9}  {'dense ms':>9}  {'dense / sparse':>14}")
    found = {}
    for rows in arguments.rows:
        sparse, dense = measure(rows, arguments.optimizer, arguments.blocks)
        found[rows] = {"sparse_ms": 1e3 * sparse, "dense_ms": 1e3 * dense}
        print(f"{rows:>9,}  {1e3 * sparse:>9.1f}  {1e3 * dense:>9.1f}  {dense / sparse:>14.1f}")
    first, last = found[arguments.rows[0]], found[arguments.rows[-1]]
    growth = {kind: last[kind] / first[kind] for kind in first}
    print(
        f"{arguments.rows[-1] / arguments.rows[0]:g} times the rows: "
        f"sparse {growth['sparse_ms']:.2f} times the time, dense {growth['dense_ms']:.2f} times"
    )
    if arguments.json:
        print(json.dumps({"optimizer": arguments.optimizer, "rows": found}))


def measure(rows: int, optimizer: str, blocks: int) -> tuple[float, float]:
    """Seconds of a step with sparse and with dense updates of a table of so many rows, taken in turn."""
    corpus = synthetic_corpus(rows, words=(blocks + 2) * EVERY * BATCH_WORDS)
    runs = [training(corpus, rows, optimizer, sparse=sparse) for sparse in (True, False)]
    times: tuple[list[float], list[float]] = ([], [])
    for block in range(blocks + 1):
        for run, seconds in zip(runs, times, strict=True):
            begun = time.process_time()
            for _ in range(EVERY):  # one update of the moving average is in each block
                next(run)
            if block:  # the first one makes room for what the optimizer remembers
                seconds.append((time.process_time() - begun) / EVERY)
    return median(times[0]), median(times[1])


def training(corpus: EncodedCorpus, rows: int, optimizer: str, *, sparse: bool) -> Iterator[Step]:
    """The steps of a training of a network whose word table has so many rows."""
    tables = {"word": (rows, 64)} | {f"affix{number}": (1000, 16) for number in range(AFFIXES)}
    lookup = Lookup(tables, CharacterConvolution(100, 25, filters=50, width=3))
    heads = {"pos": Head(300, LABELS, sentence_level=False)}
    network = WindowNetwork(
        lookup, heads, window=5, hidden=(300,), activation="relu", input_dropout=0.2, dropout=0.5
    )
    initialise(network, "glorot", torch.Generator().manual_seed(1))
    settings = OptimizerSettings.model_validate({"name": optimizer, "sparse_rows": 2000 if sparse else 0})
    state = TrainingState(
        network=network,
        optimizer=build_optimizer(network, settings),
        average=MovingAverage(network, 0.999),
        generator=torch.Generator().manual_seed(2),
        shuffle=np.random.default_rng(3),
    )
    plan = Plan(
        epochs=1,
        batch_words=BATCH_WORDS,
        patience=0,
        rate=0.001,
        clip=0.0,
        unknown_rate=0.2,
        schedule=ScheduleSettings(),
        weights={"pos": 1.0},
        watched_steps=0,
    )
    return train_epochs(state, [corpus], plan, Evaluation)


def synthetic_corpus(rows: int, words: int) -> EncodedCorpus:
    """Sentences of forms whose frequency falls with their rank as in natural text (Zipf), their rows at random."""
    random = np.random.default_rng(4)
    forms = 50_000
    features = random.integers(0, 1000, size=(forms + 1, 1 + AFFIXES))
    features[:, 0] = random.integers(0, rows, size=forms + 1)
    features[0] = 0
    characters = np.where(np.arange(12) < random.integers(1, 12, size=(forms + 1, 1)), 1, 0)
    characters *= random.integers(1, 100, size=characters.shape)
    ranks = np.floor(np.exp(random.uniform(0, np.log(forms), size=words))).astype(np.int32)
    return EncodedCorpus(
        features,
        characters,
        ranks,
        np.arange(0, words + 1, SENTENCE),
        {"pos": random.integers(0, LABELS, size=words)},
    )


if __name__ == "__main__":
    main()
