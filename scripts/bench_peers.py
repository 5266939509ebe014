"""Speed and accuracy of tagger beside other taggers, each trained here on the same files.

    python scripts/bench_peers.py --keep DIR            trains what DIR does not hold yet, then measures
    python scripts/bench_peers.py --keep DIR --json     prints one JSON object as the last line

The peers are spaCy (POS and NER), NLTK's averaged perceptron (POS) and CRFsuite (NER), as far as they are installed
(`pip install tagger[peers]`). All learn from CoNLL-2003's eng.train; accuracy is that on eng.testa, gold tokens, entity
F1 as conlleval counts. Two tables: from a raw text file to written tags, whole process; and from ready tokens to tags
in memory. One core, one thread, medians of runs by turns. Training takes about half an hour, most of it spaCy's.
The corpora are looked for in the folder TAGGER_DATA (default: ../shared/data beside the repository).
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from peers import measuring, tables  # noqa: E402
from peers.engines import ENGINES, Engine  # noqa: E402

TRAIN, DEV = "conll2003/eng.train", "conll2003/eng.testa"
OURS = ("tagger", "tagger-started")
BUSY = 1.7  # load average; this script alone makes it 1
NOT_MEASURED = (
    "Not measured here: the C program of Collobert et al. 2011, POS and NER, "
    "96,000 tokens a second on one core of an AMD EPYC."
)


def main() -> None:
    """Train what is missing, measure, print."""
    arguments = parse_arguments()
    data = Path(os.environ.get("TAGGER_DATA", ROOT.parent / "shared" / "data"))
    for path in (data / TRAIN, data / DEV):
        if not path.is_file():
            sys.exit(f"error: expected {path}, found none. Set TAGGER_DATA to the folder of corpora.")
    text = arguments.text or next(iter(sorted((data / "books").glob("*.txt"))), None)
    if text is None or not text.is_file():
        sys.exit(f"error: expected a text, found none in {data / 'books'}. Name one with --text.")
    engines, left_out = choose(arguments.peers.split(","), started=bool(arguments.start))
    with tempfile.TemporaryDirectory() as work:
        try:
            kept = arguments.keep or Path(work) / "peers"
            folders = {e.name: folder_of(e, kept, arguments, Path(work)) for e in engines}
            for engine in engines:
                train_missing(engine, folders[engine.name], data, arguments)
            result = measure(engines, folders, data / DEV, text, Path(work), arguments)
        except measuring.MeasuringError as error:
            sys.exit(f"error: {error}")
    result = {**about(engines, arguments, text), **result, "left_out": left_out}
    print_result(result, engines)
    if arguments.json:
        print(json.dumps(result))


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    peers = [name for name in ENGINES if name not in OURS]
    parser.add_argument("--keep", type=Path, metavar="DIR", help="folder of the trained taggers")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="tagger's model, if it is there already")
    parser.add_argument(
        "--from", dest="start", default="", metavar="MODEL", help="a second row: tagger trained from this one"
    )
    parser.add_argument(
        "--peers", default=",".join(peers), metavar="NAME,NAME", help=f"of {', '.join(peers)}"
    )
    parser.add_argument(
        "--sample", type=int, default=0, help="train on the first sentences only, for a trial"
    )
    parser.add_argument("--text", type=Path, help="raw text, UTF-8; by default the first of the books")
    parser.add_argument("--copies", type=int, default=20, help="how often the text of tagger repeats it")
    parser.add_argument("--runs", type=int, default=5, help="runs of which the medians count")
    parser.add_argument("--core", type=int, help="core to run on; by default the last")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.peers.split(",") if name and name not in peers]
    if unknown:
        parser.error(f"--peers: expected {', '.join(peers)}, found {unknown[0]}")
    if min(arguments.copies, arguments.runs) < 1 or arguments.sample < 0:
        parser.error("--copies and --runs: expected 1 or more; --sample: 0 (all) or more")
    return arguments


def choose(names: list[str], *, started: bool) -> tuple[list[Engine], list[str]]:
    """The engines to compare, tagger first, and a line on each that is not installed."""
    engines, left_out = [ENGINES["tagger"]], []
    if started:
        engines.append(ENGINES["tagger-started"])
    for engine in ENGINES.values():
        if engine.name in OURS or engine.name not in names:
            continue
        if find_spec(engine.requires) is None:
            left_out.append(
                f"{engine.title} is left out: {engine.distribution} is not installed. pip install tagger[peers]"
            )
        else:
            engines.append(engine)
    return engines, left_out


def folder_of(engine: Engine, kept: Path, arguments: argparse.Namespace, work: Path) -> Path:
    """Where the trained engine is, or will be. A model that the user names stands in a folder like the others."""
    if engine.name != "tagger" or arguments.model is None:
        return kept / engine.kept
    if not arguments.model.is_dir():
        sys.exit(f"error: expected a model folder, found none at {arguments.model}.")
    (work / "named").mkdir()
    (work / "named" / "model").symlink_to(arguments.model.resolve())
    return work / "named"


def train_missing(engine: Engine, folder: Path, data: Path, arguments: argparse.Namespace) -> None:
    """Train the engine unless its folder is there; one trained in another way is not taken for it."""
    if engine.name == "tagger" and arguments.model is not None:
        return
    start = str(Path(arguments.start).resolve()) if engine.name == "tagger-started" else ""
    if not folder.is_dir():
        print(f"training {engine.title} ...", file=sys.stderr, flush=True)
        names = (str(data / TRAIN), str(data / DEV), str(arguments.sample), start)
        measuring.call_child("train", engine.name, str(folder), *names)
    record = json.loads((folder / "peer.json").read_text("utf-8"))
    for key, wanted in (("sample", arguments.sample), ("start", start)):
        if record[key] != wanted:
            sys.exit(f"error: {folder}: expected {key} {wanted!r}, found {record[key]!r}. Remove the folder.")


def measure(
    engines: list[Engine],
    folders: Mapping[str, Path],
    dev: Path,
    text: Path,
    work: Path,
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    """The rows of both tables."""
    core = measuring.stay_on_one_core(arguments.core)
    load = [round(os.getloadavg()[0], 2)]
    described: dict[str, tables.Row] = {}
    for engine in engines:
        print(f"scoring {engine.title} ...", file=sys.stderr, flush=True)
        scores = measuring.call_child("score", engine.name, str(folders[engine.name]), str(dev))
        described[engine.name] = {
            "engine": engine.name,
            "title": engine.title,
            "tasks": "+".join(engine.tasks).upper(),
            **{task: 100 * scores[task] if scores[task] is not None else None for task in ("pos", "ner")},
        }
    print("measuring ...", file=sys.stderr, flush=True)
    from_text = measure_text(engines, folders, text, work, arguments)
    jobs = [measuring.tokens_job(engine.name, folders[engine.name], dev) for engine in engines]
    from_tokens = measuring.run_by_turns(jobs, arguments.runs)
    text_rows = [{**described[row["engine"]], **row} for row in from_text]
    token_rows = [
        {**described[engine.name], **tables.token_figures(from_tokens[engine.name], engine.passes)}
        for engine in engines
    ]
    tables.add_ratios(text_rows, {"rate": "ratio", "rate_after_start": "ratio_after_start"})
    tables.add_ratios(token_rows, {"rate": "ratio"})
    load.append(round(os.getloadavg()[0], 2))
    return {"core": core, "load": load, "text_to_tags": text_rows, "tokens_to_tags": token_rows}


def measure_text(
    engines: list[Engine], folders: Mapping[str, Path], text: Path, work: Path, arguments: argparse.Namespace
) -> list[tables.Row]:
    """The rows of the first table: each engine on its share of the copies, tagger also on a single one."""
    copies = {engine.name: max(1, round(arguments.copies * engine.share)) for engine in engines}
    sizes = [(engine.name, copies[engine.name]) for engine in engines]
    if copies["tagger"] > 1:
        sizes.insert(1, ("tagger", 1))
    for number in {0, *(number for _, number in sizes)}:
        with (work / f"{number}.txt").open("wb") as file:
            file.write(measuring.ONE_SENTENCE.encode() if not number else b"")
            for _ in range(number):
                file.write(text.read_bytes().rstrip() + b"\n\n")
    every = [*sizes, *((engine.name, 0) for engine in engines)]
    jobs = [
        measuring.text_job(f"{name} {number}", name, folders[name], work / f"{number}.txt", work)
        for name, number in every
    ]
    found = measuring.run_by_turns(jobs, arguments.runs)
    return [
        {
            "engine": name,
            "copies": number,
            **tables.text_figures(found[f"{name} {number}"], found[f"{name} 0"]["seconds"]),
        }
        for name, number in sizes
    ]


def about(engines: list[Engine], arguments: argparse.Namespace, text: Path) -> dict[str, Any]:
    """What was compared, on what."""
    installed = {"tagger": "tagger", **{e.distribution: e.distribution for e in engines if e.distribution}}
    return {
        "machine": f"{platform.system()} {platform.machine()}, {processor()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in installed},
        "train": TRAIN,
        "dev": DEV,
        "sample": arguments.sample,
        "model": str(arguments.model) if arguments.model else None,
        "from": arguments.start or None,
        "text": text.name,
        "runs": arguments.runs,
    }


def processor() -> str:
    """The name of the processor, as far as it can be known."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "unknown processor")


def print_result(result: Mapping[str, Any], engines: list[Engine]) -> None:
    """Both tables and what must be known to read them."""
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    sample = f", first {result['sample']:,} sentences" if result["sample"] else ""
    print(f"{result['machine']}; Python {result['python']}; {versions}")
    print(
        f"trained on {TRAIN}{sample}; POS accuracy and NER F1 (conlleval) in per cent on {DEV}, gold tokens"
    )
    core = "one core" if result["core"] is None else f"core {result['core']} alone"
    load = " -> ".join(map(str, result["load"]))
    print(f"{core}, one thread, medians of {result['runs']} runs by turns; load average {load}")
    if max(result["load"]) > BUSY:
        print("the machine was busy with other work: the rates are too low, and the ratios uncertain")
    print(f"\nRaw text to written tags, whole process; {result['text']}, once or several times over\n")
    print(tables.render(result["text_to_tags"], tables.TEXT_COLUMNS))
    print("\nstart-up: the whole process on one sentence; after start-up: the rate without these seconds")
    print("tagger x: how many times as fast the first row is, by the rate to its left")
    print("\nReady tokens to tags in memory: the tokens of the development data several times over\n")
    print(tables.render(result["tokens_to_tags"], tables.TOKEN_COLUMNS))
    print()
    for note in dict.fromkeys(note for engine in engines for note in engine.notes):
        print(note)
    for line in (*result["left_out"], NOT_MEASURED):
        print(line)


if __name__ == "__main__":
    main()
