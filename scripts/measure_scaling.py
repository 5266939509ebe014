"""Two processes against one: `python scripts/measure_scaling.py SETTINGS [--set ...] [--tag TEXT --model FOLDER]`.

Trains with the settings in one process and in two that share every batch (gloo, this machine), by turns, and prints the
median rate of each and their ratio, and which share of a step two processes spend in exchanging gradients, waiting for
one another included. Rates count the steps alone: no start, no scores, no saving, nothing of the first epoch. With
--tag it also tags a text with one and with two workers, by turns, starts included. `--json` prints one JSON object as
the last line.

What two processes can gain depends on two idle cores: on two hyperthreads of one core both run at about half the speed.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any


def main() -> None:
    """Measure and print; started with RANK it is one of the processes that are measured."""
    arguments = parse()
    if arguments.worker:
        print(json.dumps(work(arguments.settings, arguments.set, arguments.epochs)))
        return
    found: dict[str, Any] = {"training": training(arguments)}
    one, two = (found["training"][kind]["words_a_second"] for kind in ("one", "two"))
    print(f"training: {one:,.0f} words/s in one process, {two:,.0f} in two: {two / one:.2f} times as fast")
    print(
        f"          {100 * found['training']['two']['exchange_share']:.0f}% of a step is exchange and waiting"
    )
    if arguments.tag:
        found["tagging"] = tagging(arguments.model, arguments.tag, arguments.runs)
        one, two = (found["tagging"][workers] for workers in ("1", "2"))
        print(f"tagging:  {one:.1f} s with one worker, {two:.1f} s with two: {one / two:.2f} times as fast")
    if arguments.json:
        print(json.dumps(found))


def parse(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("settings", type=Path, help="settings file of a training")
    parser.add_argument("--set", action="append", default=[], help="section.key=value, over the file's")
    parser.add_argument("--runs", type=int, default=3, help="runs of each kind, by turns")
    parser.add_argument("--epochs", type=int, default=3, help="epochs of a run, 2 or more")
    parser.add_argument("--tag", type=Path, help="text to tag")
    parser.add_argument("--model", default="en", help="model to tag it with")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(given)


def training(arguments: argparse.Namespace) -> dict[str, dict[str, float]]:
    """The medians of one and of two processes."""
    runs: dict[str, list[dict[str, float]]] = {"one": [], "two": []}
    for _ in range(arguments.runs):
        runs["one"].append(start(1, arguments))
        runs["two"].append(start(2, arguments))
    return {
        kind: {name: median(run[name] for run in results) for name in results[0]}
        for kind, results in runs.items()
    }


def start(count: int, arguments: argparse.Namespace) -> dict[str, float]:
    """What the first of `count` processes has measured."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [
        sys.executable,
        __file__,
        str(arguments.settings),
        "--worker",
        "--epochs",
        str(arguments.epochs),
    ]
    command += [part for item in arguments.set for part in ("--set", item)]
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": str(count)}
    place |= {"LOCAL_WORLD_SIZE": str(count), "OMP_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, **place, "RANK": str(rank), "LOCAL_RANK": str(rank)},
        )
        for rank in range(count)
    ]
    outputs = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        raise SystemExit("a training failed")
    result: dict[str, float] = json.loads(outputs[0].splitlines()[-1])
    return result


def work(settings: Path, overrides: Sequence[str], epochs: int) -> dict[str, float]:
    """Words a second of the steps of a training, and the share of them that this process spends in the exchange."""
    from tagger.recipes.train import train
    from tagger.recipes.transfer_settings import load_training_settings
    from tagger.records import Step
    from tagger.training.processes import Processes

    extra = [f"training.epochs={epochs}", "training.watched_words=0", "training.calibrate=false"]
    chosen = load_training_settings(settings, [*overrides, *extra])
    exchanged = [0.0]
    combine = Processes.combine

    def timed(*arguments: Any) -> dict[str, float]:
        begun = time.perf_counter()
        found = combine(*arguments)
        exchanged[0] += time.perf_counter() - begun
        return found

    Processes.combine = timed  # type: ignore[method-assign]
    marks: list[tuple[int, int, float, float]] = []  # epoch, words, seconds, seconds in the exchange

    def observe(step: Step) -> None:
        if step.epoch > 1 and not step.epoch_end:
            marks.append((step.epoch, step.words, step.seconds, exchanged[0]))

    with tempfile.TemporaryDirectory() as folder:
        train(chosen, Path(folder) / "model", observe=observe)
    if not marks:  # not the first process
        return {}
    words = seconds = waited = 0.0
    for epoch in {mark[0] for mark in marks}:
        own = [mark for mark in marks if mark[0] == epoch]
        words += own[-1][1] - own[0][1]
        seconds += own[-1][2] - own[0][2]
        waited += own[-1][3] - own[0][3]
    return {"words_a_second": words / seconds, "exchange_share": waited / seconds}


def tagging(model: str, text: Path, runs: int) -> dict[str, float]:
    """Median seconds with one and with two workers."""
    times: dict[str, list[float]] = {"1": [], "2": []}
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            for workers, seconds in times.items():
                output = str(Path(folder) / f"{workers}-{run}.jsonl")
                begun = time.perf_counter()
                command = ["-m", "tagger", "tag", "-m", model, str(text), "-o", output, "--workers", workers]
                subprocess.run([sys.executable, *command], check=True, stderr=subprocess.DEVNULL)
                seconds.append(time.perf_counter() - begun)
    return {workers: median(seconds) for workers, seconds in times.items()}


if __name__ == "__main__":
    main()
