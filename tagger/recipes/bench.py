"""A saved model to how fast it tags on this machine: each stage, in all, one sentence, start-up, memory.

Everything runs on one core, but for the comparison with workers. Times are wall seconds and medians of several runs;
within a run, stages and time in all are measured in turn, with forms that have been seen before. What new forms cost is
measured apart, and is in the time of whole processes.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tagger.inference.kernels import compiled
from tagger.inference.runtime import DEFAULT_MEMORY
from tagger.inference.scoring import nothing_tags
from tagger.recipes.bench_machine import Machine, describe_machine
from tagger.recipes.bench_processes import Processes, measure_processes
from tagger.recipes.bench_runs import Latency, Speeds, measure_speeds
from tagger.recipes.bench_stages import TimedTagger
from tagger.recipes.bench_text import BenchText, text_of_file, text_of_words
from tagger.saved import DESCRIPTION, VOCABULARY, WEIGHTS, read_model

CHARACTERS = 4_000_000
"""Of the text: about 800,000 tokens, one to three seconds a run."""
SAMPLES = 1000
"""Sentences that are tagged one by one."""
QUICK = 10
"""How much less text and how many fewer sentences a quick look takes."""


@dataclass(frozen=True, slots=True)
class Bench:
    """How fast a model tags, and where that was measured."""

    model: str
    tasks: tuple[str, ...]
    disk: int  # bytes of the files that tagging reads
    weights: int  # bytes of the weights in memory
    compiled: bool  # whether the compiled inner loops are used
    machine: Machine
    text: BenchText
    runs: int
    speeds: Speeds
    processes: Processes


def bench(
    folder: Path,
    *,
    text: str | None = None,
    tasks: tuple[str, ...] = (),
    memory: int = DEFAULT_MEMORY,
    workers: int = 1,
    runs: int = 5,
    quick: bool = False,
    characters: int = CHARACTERS,
    observe: Callable[[str], None] = lambda doing: None,
) -> Bench:
    """Measure the model in `folder` on the text file `text`, or on random sentences of its words.

    characters: about how long the text is made; quick: a tenth of it, and of the sentences that are tagged one by one.
    workers: if more than 1, their speed is compared with one process. observe: told what is measured next.
    Raises ModelError, SettingsError for an unknown task, DataError for a text that cannot be read or is empty.
    """
    machine = describe_machine()  # the load is that of before
    model = read_model(folder)
    part = QUICK if quick else 1
    length = characters // part
    raw = (
        text_of_file(text, characters=length) if text is not None else text_of_words(model, characters=length)
    )
    tagger = TimedTagger(model, memory=memory, tasks=tasks or None, name=str(folder))
    if not tagger.tasks:
        raise nothing_tags(tagger.scorers, tagger.name)
    options = ["-m", str(folder), "--memory", str(max(1, memory // 1_000_000))]
    options += [word for task in tasks for word in ("--task", task)]
    with TemporaryDirectory(prefix="tagger-bench-") as work:
        path = Path(work) / "text.txt"
        path.write_text(raw.content, encoding="utf-8", newline="")
        processes = measure_processes(path, options, workers=workers, runs=runs, observe=observe)
        speeds = measure_speeds(tagger, model, path, runs=runs, samples=SAMPLES // part, observe=observe)
    return Bench(
        model=str(folder),
        tasks=tagger.tasks,
        disk=sum((folder / name).stat().st_size for name in (DESCRIPTION, VOCABULARY, WEIGHTS)),
        weights=sum(array.nbytes for array in model.weights.values()),
        compiled=compiled() is not None,
        machine=machine,
        text=raw,
        runs=runs,
        speeds=speeds,
        processes=processes,
    )


def bench_as_json(found: Bench) -> dict[str, Any]:
    """`found` as plain values: seconds, tokens a second, microseconds a token, 10^6 bytes, fractions."""
    speeds, processes = found.speeds, found.processes
    stages = {**speeds.stages, "other": speeds.other}
    return {
        "model": {
            "path": found.model,
            "tasks": list(found.tasks),
            "megabytes_on_disk": found.disk / 1e6,
            "megabytes_of_weights": found.weights / 1e6,
        },
        "machine": {**asdict(found.machine), "compiled_loops": found.compiled},
        "text": {
            "source": found.text.source,
            "characters": len(found.text.content),
            "sentences": speeds.sentences,
            "tokens": speeds.tokens,
            "forms": speeds.forms,
        },
        "runs": found.runs,
        "stages": {name: _rate(s, speeds.tokens) | {"share": s / speeds.total} for name, s in stages.items()},
        "total": _rate(speeds.total, speeds.tokens),
        "ready_tokens": _rate(speeds.ready, speeds.tokens),
        "process": _rate(processes.tag.seconds, speeds.tokens) | {"peak_megabytes": processes.tag.peak / 1e6},
        "new_forms": {"per_second": 1 / speeds.new_form, "microseconds": 1e6 * speeds.new_form},
        "latency": {"tokens": _latency(speeds.token_latency), "text": _latency(speeds.text_latency)},
        "start_up": {"tag_seconds": processes.start, "help_seconds": processes.help},
        "table": {
            "capacity": speeds.table.capacity,
            "forms": speeds.table.kept,
            "hit_rate": speeds.table.hits,
            "megabytes": speeds.table.bytes_kept / 1e6,
            "megabytes_at_most": speeds.table.bytes_most / 1e6,
        },
        "workers": _workers(processes) if processes.workers > 1 else None,
    }


def _rate(seconds: float, tokens: int) -> dict[str, float | None]:
    """No rate where the seconds are none, as those of a stage that has nothing to do, or of a negative rest."""
    rate = tokens / seconds if seconds > 0 else None
    return {"seconds": seconds, "tokens_per_second": rate, "microseconds": 1e6 * seconds / tokens}


def _latency(latency: Latency) -> dict[str, float]:
    return {"p50_ms": 1e3 * latency.half, "p99_ms": 1e3 * latency.most, "samples": latency.samples}


def _workers(processes: Processes) -> dict[str, float]:
    one, more = processes.one_worker, processes.more_workers
    return {"workers": processes.workers, "seconds": more, "seconds_of_one": one, "ratio": one / more}
